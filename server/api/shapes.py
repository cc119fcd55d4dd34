"""What the interface for devices takes and gives, as its description (OpenAPI) tells it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ORIGIN, CODE = r"^[0-9a-f]{16}$", r"^[0-9]{9}$"


class Problem(BaseModel):
    """RFC 9457: ``type`` is urn:korablik and a code that never changes its meaning; ``title`` is for people."""

    type: str = Field(pattern=r"^urn:korablik:[a-z_]+$")
    title: str
    status: int
    now: str | None = Field(None, description="the office's clock, with device_clock")


class EnrolmentIn(BaseModel):
    """A device asks to be enrolled."""

    model_config = ConfigDict(strict=True)
    code: str = Field(pattern=CODE, description="nine digits from the office, of one use, for ten minutes")
    public_key: str = Field(min_length=1, max_length=100, description="raw P-256 point, base64url")
    name: str = Field(max_length=200, description="what the person calls the device")


class EnrolmentOut(BaseModel):
    """Who the device is from now on; it shows the digits, which somebody in the office compares."""

    origin: str = Field(pattern=ORIGIN)
    check: str = Field(pattern=r"^[0-9]{4}$")


class SchoolOut(BaseModel):
    """The school, with the key to which op files are encrypted (raw P-256 point, base64url)."""

    id: str
    name: str
    ops_key: str


class PersonOut(BaseModel):
    """Whose device it is."""

    id: str
    name: str


class DeviceOut(BaseModel):
    """What the device is to the office."""

    state: Literal["waiting", "confirmed", "revoked"]
    school: SchoolOut
    person: PersonOut
    epoch: str
    locale: str
    now: str


class Envelope(BaseModel):
    """An op: one act of one person; what ``data`` holds, the README says for each type ("What travels: ops")."""

    model_config = ConfigDict(extra="allow")
    v: int = Field(ge=1, lt=2**15)
    origin: str = Field(pattern=ORIGIN, description="the device's own")
    n: int = Field(ge=0, lt=2**53, description="counted by the device")
    type: str = Field(pattern=r"^[a-z][a-z0-9_.-]{0,23}$")
    author: str = Field(pattern=r"^[0-9A-Za-z_-]{0,32}$", description="the device's person")
    at: str = Field(json_schema_extra={"format": "date-time"})
    returned_on: str | None = Field(json_schema_extra={"format": "date"})
    base: list[str] = Field(max_length=50, description="revisions it builds on")
    data: dict[str, Any]


class BatchIn(BaseModel):
    """Ops, plain or in columns; as a rule with Content-Encoding gzip."""

    v: Literal[1]
    school: str = Field(max_length=16)
    epoch: str = Field(max_length=64)
    ops: list[Envelope] | None = Field(None, max_length=500)
    columns: dict[str, Any] | None = Field(None, description="the same, packed (sync/batch.py tells how)")


class OtherOutcome(BaseModel):
    """An op that was not simply taken in; ``n`` -1 where its number could not be read."""

    n: int
    outcome: Literal["conflict", "held", "rejected"]
    reason: str
    text: str
    data: dict[str, Any]
    revision: str | None


class OutcomesOut(BaseModel):
    """After the commit: ranges of n, both ends included, and the others one by one."""

    epoch: str
    accepted: list[list[int]]
    duplicate: list[list[int]]
    others: list[OtherOutcome]


class ChangesIn(BaseModel):
    """What the device knows already."""

    after: int = Field(0, ge=0, lt=2**53)
    epoch: str = Field("", max_length=64)
    lists: str = Field("", max_length=64)


class ChangesOut(BaseModel):
    """What is new; ``more``: ask again at once."""

    epoch: str
    cursor: int
    more: bool
    lists: dict[str, Any] | None
    tag: str
    works: list[list[Any]]
    works_gone: list[str]
    absences: list[list[Any]]


class CodesOut(BaseModel):
    """Codes of works that stand on the photo."""

    codes: list[str]
