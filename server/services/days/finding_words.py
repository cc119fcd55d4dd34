"""How findings of a timetable are said to people: a name for each kind, why it matters, and a sentence with names."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from server import naming
from server.services.days.checking import BELLS
from server.services.days.checks import away, norms, placing, screens, windows, workload
from server.services.days.clashes import GROUP, ROOM, TEACHER
from server.services.days.finding import Finding
from server.services.days.reading import Days
from sync import wording

KINDS = {  # in the order in which a person goes through them: its name, and the rule behind it
    TEACHER: (_l("A teacher in two lessons at once"), ""),
    GROUP: (_l("Students in two lessons at once"), _l("Also students of study groups, by the lists of both groups.")),
    ROOM: (_l("A room taken twice"), ""),
    BELLS: (_l("Bells of the shifts run into each other"),
            _l("Somebody or something is needed in both lessons; change the bells or one of the lessons.")),
    away.AWAY: (_l("A teacher is away and has lessons"),
                _l("By the absences that are noted; somebody else holds the lessons, or they are cancelled.")),
    screens.SHARED: (_l("Siblings with one device in two live lessons"),
                     _l("By the household and by what was told last of their devices.")),
    away.FREE_DAY: (_l("Lessons on a free day"), _l("By the vacations and holidays of the grade.")),
    placing.NO_BELL: (_l("Lesson numbers without bells"), ""),
    placing.NO_TEACHER: (_l("Lessons without a teacher"), ""),
    workload.OFF: (_l("Lessons on a teacher's day off"), _l("By the working schedules.")),
    workload.METHODICAL: (_l("Lessons on a methodical day"), _l("By the working schedules.")),
    workload.OUTSIDE: (_l("Lessons outside working time"), _l("By the working schedules.")),
    workload.DAY_FULL: (_l("Too many lessons of a teacher on a day"), _l("By the working schedules.")),
    workload.WEEK_FULL: (_l("Too many lessons of a teacher in a week"), _l("By the working schedules.")),
    windows.CLASS: (_l("Windows of classes"), _l("Numbers without a lesson between the first and the last of a day.")),
    norms.WEEK_FULL: (_l("Too many lessons of a class in a week"), _l("By the norms of grades.")),
    norms.DAY_FULL: (_l("Too many lessons of a class on a day"), _l("By the norms of grades.")),
    screens.DAY: (_l("Too long at a screen on a day"), _l("Lessons × the share of their form, against the norm.")),
    screens.LESSON: (_l("Too long at a screen in one lesson"),
                     _l("Lessons × the share of their form, against the norm.")),
    screens.LOOK: (_l("A break is needed from looking at the screen"),
                   _l("The lesson may go on, but not with the eyes on the screen all the time.")),
    norms.PEAK: (_l("The hardest day begins or ends the week"),
                 _l("Points of the day's subjects are added up; the middle of the week bears most.")),
    norms.EDGES: (_l("A hard subject first and a hard one last"),
                  _l("Hard are subjects of 8 points and more; days of this kind begin and end with one.")),
    placing.NO_ROOM: (_l("Lessons without a room"), ""),
    windows.TEACHER: (_l("Windows of teachers"),
                      _l("Numbers without a lesson between the first and the last of a day.")),
}  # fmt: skip
WEEKLY = (norms.WEEK_FULL, norms.PEAK, workload.WEEK_FULL)  # of a whole week, dated by its Monday
MOST_NAMED = 6  # classes in one sentence
DEVICES = {"computer": _l("at a computer"), "tablet": _l("at a tablet"), "": _l("at a screen")}


def title(code: str) -> str:
    """What findings of this kind are called."""
    return str(KINDS[code][0])


def explained(code: str) -> str:
    """The rule behind them, or ""."""
    return str(KINDS[code][1])


def sentence(finding: Finding, days: Days) -> str:
    """What is wrong, with names, in the language of the reader."""
    return _SAID[finding.code](finding, days)


def lessons_told(finding: Finding, days: Days) -> str:
    """The lessons of a finding: "lesson 5: 1А, algebra; lesson 5: 5В, physics"."""
    own = [lesson for lesson in days.lessons if lesson.id in finding.lessons]
    return "; ".join(
        _("lesson %(n)s: %(groups)s, %(subject)s", n=lesson.n, groups=_groups(lesson.groups, days),
          subject=", ".join(sorted({wording.inside(days.facts.subjects[part.subject]) for part in lesson.parts})))
        for lesson in own
    )  # fmt: skip


def _teacher(finding: Finding, days: Days) -> str:
    return _("%(name)s has two lessons at once.", name=_people(finding, days))


def _room(finding: Finding, days: Days) -> str:
    return _("%(room)s is taken twice.", room=_rooms(finding, days))


def _group(finding: Finding, days: Days) -> str:
    return _("%(name)s: two lessons at once.", name=_groups(finding.who, days))


def _bells(finding: Finding, days: Days) -> str:
    names = {"teacher": _people, "room": _rooms, "group": lambda one, all_: _groups(one.who, all_)}
    (shift, n), (later_shift, later_n) = finding.data["places"]
    return _("%(name)s: lesson %(n)s of shift %(shift)s (%(time)s) runs into lesson %(later_n)s of shift "
             "%(later_shift)s (%(later)s).", name=names[finding.data["what"]](finding, days), n=n, shift=shift,
             time=finding.data["times"][0], later_n=later_n, later_shift=later_shift,
             later=finding.data["times"][1])  # fmt: skip


def _class_window(finding: Finding, days: Days) -> str:
    return ngettext("%(name)s: no lesson %(numbers)s between others.",
                    "%(name)s: no lessons %(numbers)s between others.", len(finding.data["numbers"]),
                    name=_groups(finding.who, days), numbers=_numbers(finding))  # fmt: skip


def _teacher_window(finding: Finding, days: Days) -> str:
    return ngettext("%(name)s waits during lesson %(numbers)s.", "%(name)s waits during lessons %(numbers)s.",
                    len(finding.data["numbers"]), name=_people(finding, days), numbers=_numbers(finding))  # fmt: skip


def _no_bell(finding: Finding, days: Days) -> str:
    return ngettext("Shift %(shift)s has no bell for lesson %(numbers)s: %(names)s.",
                    "Shift %(shift)s has no bells for lessons %(numbers)s: %(names)s.", len(finding.data["numbers"]),
                    shift=finding.data["shift"], numbers=_numbers(finding),
                    names=_groups(finding.who, days))  # fmt: skip


def _no_teacher(finding: Finding, days: Days) -> str:
    return _("%(name)s: nobody holds %(lessons)s.", name=_groups(finding.who, days), lessons=_lessons(finding, days))


def _no_room(finding: Finding, days: Days) -> str:
    return _("%(name)s: no room for %(lessons)s.", name=_groups(finding.who, days), lessons=_lessons(finding, days))


def _away(finding: Finding, days: Days) -> str:
    return ngettext("%(name)s is away and stands in lesson %(numbers)s.",
                    "%(name)s is away and stands in lessons %(numbers)s.", len(finding.data["numbers"]),
                    name=_people(finding, days), numbers=_numbers(finding))  # fmt: skip


def _free_day(finding: Finding, days: Days) -> str:
    return _("%(name)s: lessons on a free day (%(free)s).", name=_groups(finding.who, days),
             free=finding.data["name"])  # fmt: skip


def _methodical(finding: Finding, days: Days) -> str:
    return _("%(name)s has a methodical day, and lessons: %(numbers)s.", name=_people(finding, days),
             numbers=_numbers(finding))  # fmt: skip


def _off(finding: Finding, days: Days) -> str:
    return _("%(name)s is not at work this day, and has lessons: %(numbers)s.", name=_people(finding, days),
             numbers=_numbers(finding))  # fmt: skip


def _outside(finding: Finding, days: Days) -> str:
    return _("%(name)s is at work %(times)s; outside of it: %(numbers)s.", name=_people(finding, days),
             times=f"{finding.data['starts'] or '…'}–{finding.data['ends'] or '…'}",
             numbers=_numbers(finding))  # fmt: skip


def _teacher_day(finding: Finding, days: Days) -> str:
    return _("%(name)s has %(count)s lessons this day, agreed are at most %(most)s.", name=_people(finding, days),
             **finding.data)  # fmt: skip


def _teacher_week(finding: Finding, days: Days) -> str:
    return _("%(name)s has %(count)s lessons this week, agreed are at most %(most)s.", name=_people(finding, days),
             **finding.data)  # fmt: skip


def _class_day(finding: Finding, days: Days) -> str:
    return _("%(name)s has %(count)s lessons this day, at most %(most)s are allowed.", name=_groups(finding.who, days),
             **finding.data)  # fmt: skip


def _class_week(finding: Finding, days: Days) -> str:
    return _("%(name)s has %(count)s lessons this week, at most %(most)s are allowed.", name=_groups(finding.who, days),
             **finding.data)  # fmt: skip


def _peak(finding: Finding, days: Days) -> str:
    sums = ", ".join(f"{_weekday(date.fromisoformat(day), 'EE')} {points}"
                     for day, points in finding.data["sums"].items())  # fmt: skip
    return _("%(name)s: the hardest day is %(day)s (points by day: %(sums)s).", name=_groups(finding.who, days),
             day=_weekday(date.fromisoformat(finding.data["day"])), sums=sums)  # fmt: skip


def _edges(finding: Finding, days: Days) -> str:
    return _("%(name)s: hard subjects begin and end the day: %(lessons)s.", name=_groups(finding.who, days),
             lessons=_lessons(finding, days))  # fmt: skip


def _screen_day(finding: Finding, days: Days) -> str:
    return _("%(name)s: %(minutes)s minutes at a screen this day; %(where)s at most %(most)s are allowed.",
             name=_groups(finding.who, days), minutes=finding.data["minutes"], most=finding.data["most"],
             where=DEVICES[finding.data["device"]])  # fmt: skip


def _screen_lesson(finding: Finding, days: Days) -> str:
    return _("%(name)s, lessons %(numbers)s: up to %(minutes)s minutes at a screen; %(where)s at most %(most)s in one "
             "lesson are allowed.", name=_groups(finding.who, days), numbers=_numbers(finding),
             minutes=finding.data["minutes"], most=finding.data["most"],
             where=DEVICES[finding.data["device"]])  # fmt: skip


def _screen_look(finding: Finding, days: Days) -> str:
    return _("%(name)s, lessons %(numbers)s: eyes off the screen every %(most)s minutes.",
             name=_groups(finding.who, days), numbers=_numbers(finding), most=finding.data["most"])  # fmt: skip


def _shared(finding: Finding, days: Days) -> str:
    """Names of students are known only where the caller gave them to the facts."""
    known = [days.facts.people.get(id) for id in finding.who]
    classes = [_groups((id,), days) if id else "" for id in finding.data["classes"]]
    if None in known:
        who = ", ".join(name for name in classes if name)
    else:
        who = ", ".join(f"{name} ({klass})" if klass else str(name)
                        for name, klass in zip(known, classes, strict=True))  # fmt: skip
    held = {lesson.id: lesson for lesson in days.lessons}
    numbers = sorted({held[id].n for id in finding.lessons if id in held})
    return _("Siblings share one device and have live lessons at the same time: %(who)s; lessons %(numbers)s.",
             who=who, numbers=_listed(numbers))  # fmt: skip


def _people(finding: Finding, days: Days) -> str:
    return ", ".join(days.facts.people.get(id, "…") for id in finding.who)


def _rooms(finding: Finding, days: Days) -> str:
    return naming.capital(", ".join(naming.room(days.facts.rooms[id]) for id in finding.who))


def _groups(ids: tuple[str, ...], days: Days) -> str:
    """In the order of grades; so many that nobody reads them are counted."""
    if len(ids) > MOST_NAMED:
        return ngettext("%(num)s class", "%(num)s classes", len(ids))
    return naming.capital(naming.klasses(days.facts.group_name(id) for id in ids))


def _numbers(finding: Finding) -> str:
    return _listed(finding.data["numbers"])


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _lessons(finding: Finding, days: Days) -> str:
    """ "algebra (lesson 3), physics (lesson 5)"."""
    return ", ".join(_("%(subject)s (lesson %(n)s)", subject=wording.inside(days.facts.subjects[subject]), n=n)
                     for n, subject in finding.data["lessons"])  # fmt: skip


def _weekday(day: date, form: str = "EEEE") -> str:
    return format_date(day, form)


_SAID: dict[str, Callable[[Finding, Days], Any]] = {
    away.AWAY: _away, away.FREE_DAY: _free_day,
    TEACHER: _teacher, ROOM: _room, GROUP: _group, BELLS: _bells, screens.SHARED: _shared, screens.DAY: _screen_day,
    screens.LESSON: _screen_lesson, screens.LOOK: _screen_look, windows.CLASS: _class_window,
    windows.TEACHER: _teacher_window, placing.NO_BELL: _no_bell, placing.NO_TEACHER: _no_teacher,
    placing.NO_ROOM: _no_room, workload.METHODICAL: _methodical, workload.OFF: _off, workload.OUTSIDE: _outside,
    workload.DAY_FULL: _teacher_day, workload.WEEK_FULL: _teacher_week, norms.DAY_FULL: _class_day,
    norms.WEEK_FULL: _class_week, norms.PEAK: _peak, norms.EDGES: _edges,
}  # fmt: skip
