"""What a gateway says about one message: it is out, it is not, or nobody knows."""

from dataclasses import dataclass

SENT, FAILED, REFUSED, PERHAPS = "sent", "failed", "refused", "perhaps"


@dataclass(frozen=True)
class Parcel:
    """One message to one address. ``id``: of the delivery, so that a gateway can know it again."""

    id: str
    to: str
    text: str
    subject: str = ""


@dataclass(frozen=True)
class Answer:
    """``failed``: not sent, try again; ``refused``: not sent, and trying again is no use; ``perhaps``: it may be out.

    ``reason`` is a code, never the gateway's own words: those may quote the number or the text.
    """

    state: str
    reason: str = ""
