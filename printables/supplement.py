"""What a printed pack lacks by now: lessons and tasks that came or say something else, and days that changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from printables.compose import Composer
from printables.errata import Printed, strips_of
from printables.pictures import Pictures
from printables.roster import LessonView, Student, Supplement
from printables.sheets import sheet_hash
from printables.texts import Texts, texts_of
from printables.views import is_cancelled, student_lessons, week_lessons
from sync.edition import read_edition
from sync.pictures import FOLDER


@dataclass(frozen=True)
class Held:
    """What a student's packs of the week brought: hashes of their sheets, and the tasks that have one."""

    sheets: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Issue:
    """An edition as one class has it on paper."""

    content: Mapping[str, Any]
    composer: Composer
    lessons: list[LessonView] = field(default_factory=list)


def find_supplements(
    classes: Sequence[Printed], held: Mapping[str, Held], newest: Path, locale_dir: Path
) -> dict[str, Supplement]:
    """By student what the newest edition has that is not on the student's paper; whoever lacks nothing is left out.

    ``classes``: packs by class and edition, as for strips; ``held``: by student. Raises SyncError when an edition
    cannot be read.
    """
    edition = read_edition(newest)
    texts = texts_of(edition.content["school"]["locale"], locale_dir)
    found = {}
    for printed in classes:
        old = _issue(printed, read_edition(printed.edition).content, printed.edition, texts)
        new = _issue(printed, edition.content, newest, texts)
        days = {
            strip.student.id: strip.days
            for strip in strips_of(printed, old.content, new.content, edition.number, texts)
        }
        for student in printed.roster.students:
            own = lacking(student, printed, old, new, held.get(student.id, Held()))
            if student.id in days or own != Supplement(own.edition):
                found[student.id] = Supplement(own.edition, own.lessons, own.tasks, own.slips, own.dated,
                                               days.get(student.id, ()))  # fmt: skip
    return found


def lacking(student: Student, printed: Printed, old: Issue, new: Issue, held: Held) -> Supplement:
    """Which sheets of ``new`` a student does not have who was printed ``old``; days are not looked at.

    Only lessons that are not over count, and what a sheet says without what is stamped on it, but for the last day of
    a task. Of lessons that no edition shows the sheets that the student has are known by their hashes alone.
    """
    before = {view.id: view for view in student_lessons(old.lessons, student, printed.roster.week)}
    had = {key: (view, task) for view in before.values() for key, task in view.tasks.items()}
    lessons, tasks, fresh, dated = set(), set(), set(), set()
    own = {view.id for view in student.extra}
    for view in student_lessons(new.lessons, student, printed.roster.week):
        if view.lesson["date"] < printed.since.isoformat() or is_cancelled(view.lesson):
            continue
        text = _lesson(new, view)
        if view.id in own:
            if text and sheet_hash(text) not in held.sheets:
                lessons.add(view.id)
        elif text and text != _lesson(old, before.get(view.id)):
            lessons.add(view.id)
        for key, task in view.tasks.items():
            if key not in had or key not in held.tasks:
                fresh.add(key)
            elif view.id in own:
                if sheet_hash(_task(new, view, task)[0]) not in held.sheets:
                    tasks.add(key)
            elif _task(new, view, task) != _task(old, *had[key]):
                tasks.add(key)
            elif task["due"] != had[key][1]["due"]:
                dated.add(key)
    return Supplement(printed.roster.edition_number, frozenset(lessons), frozenset(tasks | fresh), frozenset(fresh),
                      frozenset(dated))  # fmt: skip


def _lesson(issue: Issue, view: LessonView | None) -> str:
    return issue.composer.lesson(view.material) if view and view.material else ""


def _task(issue: Issue, view: LessonView, task: Mapping[str, Any]) -> tuple[Any, ...]:
    html = issue.composer.task(task, issue.composer.large(view))
    return html, task["scale"], task["max_points"], task.get("answers")


def _issue(printed: Printed, content: Mapping[str, Any], folder: Path, texts: Texts) -> Issue:
    roster = printed.roster
    if roster.own and roster.group not in content["groups"]:
        content = {**content, "groups": {**content["groups"], roster.group: roster.own}}
    pictures = _pictures({**content.get("images", {}), **roster.images}, folder, roster.media)
    return Issue(content, Composer(content, roster, texts, pictures), week_lessons(content, roster))


def _pictures(known: Mapping[str, Any], folder: Path, media: str) -> Pictures:
    return Pictures(known, [folder / FOLDER, *([Path(media)] if media else [])])
