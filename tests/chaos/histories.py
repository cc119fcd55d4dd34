"""The same story told to several offices: the same order gives the same state hash on SQLite and PostgreSQL; any order
gives the same revisions and conflicts. Stories are told some at a time, their batches mixed, each about works and
students of its own."""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import models
from sync import decide
from tests.chaos import homes
from tests.chaos.stories import Envelope, Stage, Story, another_way, story
from tests.server import offices
from tests.server.offices import Office

TOGETHER = 50  # stories told at a time
ANEW = 400  # stories on one set of databases
WORKS, STUDENTS = 3, 2  # of one story
LARGEST = 150  # ops in a batch
Batches = list[tuple[Envelope, ...]]
Progress = Callable[[int, int], None]


@dataclass
class Found:
    """What went wrong, by seed; how many stories, ops and conflicts there were."""

    stories: int = 0
    ops: int = 0
    conflicts: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    other_hash: list[int] = field(default_factory=list)  # the first seed of the stories told together
    other_revisions: list[int] = field(default_factory=list)
    wrong_answers: list[int] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """True if nothing is wrong."""
        return not (self.other_hash or self.other_revisions or self.wrong_answers)

    def __str__(self) -> str:
        told = (f"{self.stories} stories, {self.ops} ops, {self.conflicts} conflicts; "
                f"{', '.join(f'{name} {count}' for name, count in sorted(self.outcomes.items()))}")  # fmt: skip
        wrong = {"another hash": self.other_hash, "other revisions": self.other_revisions,
                 "wrong answers": self.wrong_answers}  # fmt: skip
        bad = "; ".join(f"{name} from seed {seeds[:5]}" for name, seeds in wrong.items() if seeds)
        return f"{told}; {bad}" if bad else told


def run(
    count: int, seed: int, pg_url: Callable[[], Any] | None, progress: Progress = lambda *_: None,
    break_other: Callable[[Office], None] = lambda office: None,
) -> Found:  # fmt: skip
    """Tell ``count`` stories. ``pg_url()`` is a context with the address of an empty PostgreSQL; None: only SQLite.

    ``break_other`` spoils the office that hears the stories in another order (for tests of this test).
    """
    found = Found()
    with homes.folder() as folder:
        blank = _blank(folder / "blank")
        for start in range(0, count, ANEW):
            with ExitStack() as stack:
                first = stack.enter_context(offices.office(blank, folder / f"first{start}"))
                url = stack.enter_context(pg_url()) if pg_url else None
                second = stack.enter_context(offices.office(blank, folder / f"second{start}", url))
                other = stack.enter_context(offices.office(blank, folder / f"other{start}"))
                break_other(other)
                for begin in range(start, min(start + ANEW, count), TOGETHER):
                    seeds = range(seed + begin, seed + min(begin + TOGETHER, start + ANEW, count))
                    was_good = found.is_good
                    _tell(seeds, first, second, other, found)
                    if was_good and not found.is_good:  # at once: a long run may be stopped before its summary
                        sys.stderr.write(f"{found}\n")
                    progress(found.stories, count)
    return found


def _blank(home: Path) -> Path:
    """An empty migrated home (the fixture ``blank_home`` is of the tests alone)."""
    from server import create_app
    from server.config import make_config
    from server.extensions import db
    from server.services import schema

    home.mkdir(mode=0o700)
    app = create_app(make_config(home, testing=True))
    with app.app_context():
        schema.prepare()
        db.session.remove()
        db.engine.dispose()
    app.extensions["store"].close()
    return home


def _tell(seeds: range, first: Office, second: Office, other: Office, found: Found) -> None:
    stories = _stories(seeds, (first, second, other))
    dice = random.Random(seeds.start)
    order = _mixed([list(each.batches) for each in stories], dice)
    order += [each.clashing for each in stories if each.clashing]  # under ids that are taken by now
    told = [first.receive(*batch) for batch in order]
    again = [second.receive(*batch) for batch in order]
    if told != again or any(len(answer) != len(batch) for answer, batch in zip(told, order, strict=True)):
        found.wrong_answers.append(seeds.start)
    if first.hash() != second.hash():
        found.other_hash.append(seeds.start)
    for batch in _mixed([list(another_way(each, dice)) for each in stories], dice):
        other.receive(*batch)
    here, there = standing(first, stories), standing(other, stories)
    found.other_revisions += [each.seed for each in stories if here[each.seed] != there[each.seed]]
    found.stories += len(stories)
    found.ops += sum(len(each.ops) for each in stories)
    found.conflicts += sum(one[1] for state in here.values() for one in state.values())
    found.outcomes.update(one.outcome for answer in told for one in answer)


def _stories(seeds: range, heard_by: tuple[Office, ...]) -> list[Story]:
    """Stories about works and students that every office has and no other story speaks about.

    Those that are told together share a class, a course and a lesson of their own: what an office must read for a
    batch does not grow with the stories told before.
    """
    here = f"{seeds.start:032x}"
    students = {seed: [f"{seed:028x}{number:04x}" for number in range(1, STUDENTS + 1)] for seed in seeds}
    for office in heard_by:
        office.write(lambda session: _enrol(session, here, [id_ for each in students.values() for id_ in each]))
    found = []
    for seed in seeds:
        codes = [[office.fresh() for _each in range(WORKS)] for office in heard_by]
        if any(each != codes[0] for each in codes):
            raise RuntimeError("the offices do not have the same works")
        found.append(story(seed, Stage(codes[0], students[seed], here, here)))
    return found


def _enrol(session: Session, here: str, students: list[str]) -> None:
    session.add(models.Group(id=here, slug=f"c{here[-16:]}", name="7 «Б»", kind="class", grade=7))
    session.add(models.Subject(id=here, name=f"subject {here}"))
    session.add_all(models.Person(id=id_, slug=id_[-16:], last_name="Veslov") for id_ in students)
    session.flush()
    session.add(models.Course(id=here, group_id=here, subject_id=here, year_id="1" * 32))
    session.add(models.Lesson(id=here, on=offices.TODAY, n=2))
    session.add_all(models.Membership(id=id_, person_id=id_, group_id=here, since=date(2026, 9, 1))
                    for id_ in students)  # fmt: skip
    session.flush()
    session.add(models.LessonCourse(id=here, lesson_id=here, course_id=here))


def _mixed(stories: list[Batches], dice: random.Random) -> Batches:
    """Batches of several stories: each story's own order stays; some or most are joined into one."""
    mixed: Batches = []
    joined = dice.choice((0.5, 0.95, 0.98, 0.98))
    while stories := [each for each in stories if each]:
        batch = dice.choice(stories).pop(0)
        if mixed and dice.random() < joined and len(mixed[-1]) < LARGEST:
            mixed[-1] += batch
        else:
            mixed.append(batch)
    return mixed


def standing(office: Office, stories: list[Story]) -> dict[int, dict[str, tuple[Any, bool]]]:
    """Of each story by target: its revisions and whether heads disagree; of each op whether it is there at all."""
    revisions = office.read(_revisions)
    acts = office.read(_acts)
    found: dict[int, dict[str, tuple[Any, bool]]] = {}
    for each in stories:
        named = {target for op in each.ops for target in _targets(op)}
        found[each.seed] = {
            target: (tuple(sorted(one.id for one in revisions.get(target, ()))),
                     decide.in_conflict(sorted(revisions.get(target, ()), key=lambda one: one.id)))
            for target in named
        }  # fmt: skip
        mine = {(op["origin"], op["n"]) for op in each.ops}
        found[each.seed]["ops"] = (tuple(sorted((*id_, acts.get(id_)) for id_ in mine)), False)
    return found


def _targets(envelope: Envelope) -> list[str]:
    data = envelope["data"]
    match envelope["type"]:
        case "return" | "mark":
            return [data["code"]]
        case "absence":
            return [f"absence:{data['student']}"]
        case "term_mark":
            return [f"term:{data['student']}"]
    return []


def _revisions(session: Session) -> dict[str, list[decide.Revision]]:
    found: dict[str, list[decide.Revision]] = {}
    one = models.MarkRevision
    marks = select(models.Work.code, one.id, one.base, one.verdict, one.value).join(models.Work)
    for code, id_, base, verdict, value in session.execute(marks):
        found.setdefault(code, []).append(decide.Revision(id_, tuple(base), (verdict, value)))
    for name, model, column in (("absence", models.Absence, models.Absence.letter),
                                ("term", models.TermMark, models.TermMark.value)):  # fmt: skip
        for student, id_, base, value in session.execute(select(model.student_id, model.id, model.base, column)):
            found.setdefault(f"{name}:{student}", []).append(decide.Revision(id_, tuple(base), (name, value)))
    return found


def _acts(session: Session) -> dict[tuple[str, int], str]:
    """The bytes that stand under each id."""
    rows = session.execute(select(models.Op.origin, models.Op.n, models.Op.sha256))
    return {(origin, n): sha256 for origin, n, sha256 in rows}


@contextmanager
def postgres() -> Iterator[Callable[[], Any]]:
    """A PostgreSQL of this run; yields what gives the address of an empty database of it."""
    import tempfile
    import uuid

    import pgserver
    import psycopg

    server = pgserver.get_server(tempfile.mkdtemp(prefix="korablik-pg-"), cleanup_mode="delete")
    sockets = server.get_postmaster_info().socket_dir

    @contextmanager
    def database() -> Iterator[str]:
        name = f"chaos_{uuid.uuid4().hex}"
        with psycopg.connect(host=str(sockets), user="postgres", dbname="postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
            try:
                address = f"postgresql+psycopg://postgres@/{name}?host={sockets}"
                yield f"{address}&options=-csynchronous_commit%3Doff"  # no power is cut here
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    try:
        yield database
    finally:
        server.cleanup()
