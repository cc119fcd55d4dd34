"""Rows that figures are measured by: the school's thresholds and its levels of mastery."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from server.models import Base, MasteryLevel, Threshold
from server.reference.names import SOURCE_OWN, msgid

THRESHOLDS = {
    "silence_from": (_l("school days without a sign, from which a student counts as silent"), 3),
    "silence_long": (_l("school days without a sign, from which it is urgent"), 5),
    "letter_days": (_l("days after which an unanswered letter is shown to others"), 2),
    "day_from": (_l("hour of the day before which no family is written to"), 8),
    "day_until": (_l("hour of the day until which families are called, unless they say another"), 20),
    "sms_parts": (_l("most parts of one SMS"), 3),
    "send_tries": (_l("attempts to send before it is given up"), 5),
    "feedback_days": (_l("feedback is due within so many days"), 3),
    # a phone on 2G carries 6 KB in a second: five seconds for a picture, ten for all of a lesson
    "picture_kb": (_l("largest picture of a lesson, in KB"), 30),
    "pictures_kb": (_l("all pictures of a lesson together, in KB"), 60),
    "silent_days": (_l("days without feedback from which a teacher is shown"), 7),
    "scans_days": (_l("days after the school year's end for which scanned pages are kept"), 90),
}  # fmt: skip
LEVELS = {  # of mastery: name, least share of compulsory works done, least mean share of the maximum, in per cent
    "high": (_l("high level"), 90, 85), "sufficient": (_l("sufficient level"), 75, 65),
    "basic": (_l("basic level"), 50, 50), "low": (_l("level not reached"), 0, 0),
}  # fmt: skip


def rows() -> Iterator[Base]:
    """The rows as model objects."""
    for code, (name, value) in THRESHOLDS.items():
        yield Threshold(code=code, name=msgid(name), value=value, source=SOURCE_OWN)
    for position, (code, (name, done, share)) in enumerate(LEVELS.items()):
        yield MasteryLevel(code=code, name=msgid(name), min_done=done, min_share=share, position=position,
                           source=SOURCE_OWN)  # fmt: skip
