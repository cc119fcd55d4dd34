"""The rows that importers hand to the services: plain, frozen, compared without the place they came from."""

from dataclasses import dataclass, field
from datetime import date

from server.importers.answer_rows import AnswerRow


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file: rows are counted from 1 as a spreadsheet shows them, lines of a text file likewise."""

    file: str = ""
    sheet: str = ""
    row: int = 0


NOWHERE = Where()


@dataclass(frozen=True, slots=True)
class GuardianRow:
    """A parent as a list names one. ``phone`` is E.164, or as typed when it could not be read.

    ``relation`` is "mother", "father", "guardian", "grandmother", "grandfather", the list's own words, or "".
    """

    last: str
    first: str
    middle: str
    phone: str
    email: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class StudentRow:
    """One line of a class list. ``sex`` is "m", "f" or ""; ``class_name`` canonical ("7А", in small schools "7").

    ``birth_date`` is None where a roster does not have it; class lists must.
    """

    last: str
    first: str
    middle: str
    birth_date: date | None
    sex: str
    phone: str
    class_name: str
    guardians: tuple[GuardianRow, ...]
    address: str
    siblings_text: str
    email: str = ""
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GuardianshipRow:
    """One line of a list of parents: a student, told by class and name, and who stands for them.

    ``birth_date`` and ``may_receive`` (may be told about marks) are None when the list does not say.
    """

    class_name: str
    last: str
    first: str
    middle: str
    birth_date: date | None
    guardian: GuardianRow
    may_receive: bool | None
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class HouseholdRow:
    """A proposal: these students (indices into the rows given) share a guardian's phone and the address."""

    phone: str
    address: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class StaffRow:
    """One employee. ``roles`` are role codes (see staff.ROLES), ``homeroom`` a canonical class name or ""."""

    last: str
    first: str
    middle: str
    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    homeroom: str
    room: str
    phone: str
    email: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class BellRow:
    """One lesson time of a shift; ``start`` and ``end`` are local "HH:MM"."""

    shift: int
    n: int
    start: str
    end: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class TermRow:
    """A stretch of the school year, both days included. ``kind`` is one of terms.KINDS; no ``grades`` = all."""

    kind: str
    number: int | None
    name: str
    start: date
    end: date
    grades: tuple[int, ...] = ()
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class BroadcastRow:
    """One TV lesson; ``start`` is local "HH:MM", ``minutes`` None when the file does not say."""

    date: date
    start: str
    channel: str
    grade: int
    subject: str
    topic: str
    minutes: int | None
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class ConnectivityRow:
    """What a student has to learn with. The school's words stay beside the codes; None = not stated.

    Codes: ``device_code`` desktop laptop tablet smartphone button_phone none; ``internet_code`` none phone_2g3g
    mobile_unstable good; ``channel_code`` messenger email site paper call sms; "" for words not known.
    """

    class_name: str
    last: str
    first: str
    middle: str
    birth_date: date | None
    device: str
    device_code: str
    device_shared: bool | None
    internet: str
    internet_code: str
    tv: bool | None
    phone: str
    channel: str
    channel_code: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class PeriodRow:
    """A numbered lesson time of the timetable, "HH:MM" or "" when not stated; the name may contradict the times."""

    n: int
    name: str
    start: str
    end: str


@dataclass(frozen=True)
class SubjectRow:
    """A subject with the short form that timetables print."""

    name: str
    short: str


@dataclass(frozen=True)
class TeacherRow:
    """A teacher as the timetable knows one; ``name`` is the natural key within the file."""

    name: str
    last: str
    first: str
    middle: str
    short: str
    phone: str
    email: str


@dataclass(frozen=True)
class RoomRow:
    """A room; capacity None = not limited or not stated."""

    name: str
    short: str
    capacity: int | None


@dataclass(frozen=True)
class ClassRow:
    """A class; ``name`` canonical, ``teacher`` the class teacher's TeacherRow.name or ""."""

    name: str
    grade: int | None
    teacher: str


@dataclass(frozen=True)
class GroupRow:
    """A part of a class. ``name`` is "" for the entire class; groups of one ``division`` may meet at one time."""

    class_name: str
    name: str
    division: str
    size: int | None


@dataclass(frozen=True)
class GroupStudentRow:
    """Subgroup membership: the timetable never creates people, the name is matched against the class list."""

    class_name: str
    group: str
    last: str
    first: str
    middle: str


@dataclass(frozen=True)
class CardRow:
    """A placed hour of the weekly pattern. ``weekday`` 1 = Monday … 7; ``weeks`` a mask as long as Timetable.weeks."""

    weekday: int
    period: int
    weeks: str
    rooms: tuple[str, ...]


@dataclass(frozen=True)
class LessonRow:
    """A subject taught to one or several groups, known by ``key`` (natural, stable over exports and teachers).

    ``groups`` holds (class name, group name or "" for the entire class); ``weeks`` is the mask the lesson may
    use; no ``cards`` = not placed.
    """

    key: str
    subject: str
    class_names: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]
    teachers: tuple[str, ...]
    rooms: tuple[str, ...]
    hours_per_week: float
    periods_per_card: int
    weeks: str
    cards: tuple[CardRow, ...]
    where: Where = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Timetable:
    """A whole timetable. A table that the file lacks, or leaves empty, is empty here: "not stated", never "removed".

    ``weeks`` are the names of the kinds of week in mask order (one name = every week is alike). ``labels`` says what
    the file calls "teacher", "class", "period" and "room", for findings about its lessons.
    """

    weeks: tuple[str, ...] = ()
    periods: tuple[PeriodRow, ...] = ()
    subjects: tuple[SubjectRow, ...] = ()
    teachers: tuple[TeacherRow, ...] = ()
    rooms: tuple[RoomRow, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    memberships: tuple[GroupStudentRow, ...] = ()
    lessons: tuple[LessonRow, ...] = ()
    labels: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class ResourceRow:
    """Extra material of a lesson. ``source`` "" is flagged to the author; ``size_kb`` None = not stated."""

    title: str
    source: str
    url: str
    size_kb: int | None


@dataclass(frozen=True)
class TaskRow:
    """What is to be done: ``due_days`` days after the lesson (None = not stated, flagged); questions to tick."""

    text: str
    due_days: int | None
    kind: str
    scale: str
    max_points: int | None
    answers: tuple[AnswerRow, ...] = ()


@dataclass(frozen=True)
class LessonContentRow:
    """One Markdown lesson. ``key`` is the front matter's id, else the file's name; ``form`` "" is flagged.

    ``body`` is Markdown as written (not sanitised), without the first heading where it repeats the topic;
    ``sha256`` is of the file's bytes.
    """

    key: str
    grade: int
    subject: str
    date: date | None
    lesson: int | None
    topic: str
    form: str
    resources: tuple[ResourceRow, ...]
    task: TaskRow | None
    body: str
    sha256: str
    where: Where = field(default=NOWHERE, compare=False, repr=False)
