"""How long a school's files take to come in, and how much memory: the town's, and a list of 20,000 students.

Every run is ``korablik import`` in a process of its own on a fresh copy of a home, so the figures hold start, reading,
checking, writing and the journal for undo. ``plain`` is the baseline of the class lists: the same workbook read with
the same library, then per student the queries and inserts one writes first (find the class, find the person, add,
flush), one transaction, no checks, no findings, no undo.

Run it: ``python tests/bench/bench_import.py``; it changes nothing outside a temporary folder.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

CHECKOUT = Path(__file__).parents[2]
TOWN = CHECKOUT / "tests" / "data" / "town"
PROGRAM = [sys.executable, "-m", "server.cli"]
MEGABYTES = 200
MANY = 20_000
PLAIN = """
import sys
from datetime import date
from python_calamine import CalamineWorkbook
from sqlalchemy import Date, ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): pass
class Group(Base):
    __tablename__ = "group"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    born: Mapped[date | None]
    phone: Mapped[str]
class Link(Base):
    __tablename__ = "link"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[int]

engine = create_engine(f"sqlite:///{sys.argv[2]}")
Base.metadata.create_all(engine)
book = CalamineWorkbook.from_path(sys.argv[1])
with Session(engine) as session:
    def person(last, first, middle, born, phone):
        found = session.scalar(select(Person).filter_by(last=last, first=first, middle=middle, born=born))
        if found is None:
            found = Person(last=last, first=first, middle=middle, born=born, phone=phone)
            session.add(found)
            session.flush()
        return found
    for name in book.sheet_names:
        group = session.scalar(select(Group).filter_by(name=name)) or Group(name=name)
        session.add(group)
        session.flush()
        for row in book.get_sheet_by_name(name).to_python()[2:]:
            _n, last, first, middle, born, _sex, phone, parent, parent_phone, *_more = row
            child = person(last, first, middle, born, phone)
            session.add(Link(person_id=child.id, other_id=group.id))
            words = [*parent.split(), "", "", ""]
            adult = person(*words[:3], None, parent_phone)
            session.add(Link(person_id=adult.id, other_id=child.id))
            session.flush()
    session.commit()
"""


@dataclass(frozen=True)
class Case:
    """One import: what must be there first, the file, and the most seconds it may take."""

    name: str
    kind: str
    file: Path
    seconds: float
    before: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Run:
    """Seconds on the clock, seconds of CPU, and the highest memory in megabytes."""

    wall: float
    cpu: float
    memory: float


def timed(command: list[str], home: Path) -> Run:
    """Run a program to its end; it must succeed."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KORABLIK_")}
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=others | {"KORABLIK_HOME": str(home)}, cwd=CHECKOUT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"import: {command} ended with {process.returncode}")
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def korablik(home: Path, *arguments: str) -> Run:
    """One command."""
    return timed([*PROGRAM, *arguments], home)


def town(folder: Path, before: tuple[tuple[str, str], ...]) -> Path:
    """A new home with the files that come first."""
    home = folder / "-".join(["home", *(kind for kind, _file in before)])
    if not home.exists():
        korablik(home, "init", "--school", "МБОУ «СОШ № 34»", "--admin", "admin")
        for kind, file in (("terms", "terms.csv"), ("bells", "bells.csv"), *before):
            korablik(home, "import", kind, str(TOWN / file))
    return home


def many_students(path: Path) -> None:
    """A workbook of MANY invented students in sheets of 25, laid out as the samples are."""
    lasts = ("Иванов", "Петров", "Сидоров", "Қасымов", "Әлиев", "Орлов", "Зуев", "Ершов", "Лосев", "Белов")
    firsts = ("Иван", "Пётр", "Мария", "Анна", "Әлихан", "Олег", "Вера", "Нина", "Лев", "Яна")
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        per_class = MANY // (11 * 30)
        number = 0
        for grade in range(1, 12):
            for letter in "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЭЮЯӘҒ"[:30]:
                sheet = book.add_worksheet(f"{grade}{letter}")
                sheet.write(0, 0, f"Список {grade}{letter} класса")
                sheet.write_row(1, 0, ["№ п/п", "Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Телефон",
                                       "ФИО родителя", "Телефон родителя", "E-mail родителя", "Адрес"])  # fmt: skip
                last = grade == 11 and letter == "Ғ"
                for row in range(MANY - number if last else per_class):
                    name = f"{lasts[number % 10]}{'абвгдежзик'[number // 10 % 10]}{'лмнопрстуф'[number // 100 % 10]}"
                    born = date(2019 - grade, 1, 1) + timedelta(days=number % 365)
                    sheet.write_row(row + 2, 0, [row + 1, name, firsts[number // 1000 % 10], "Олегович"])
                    sheet.write_datetime(row + 2, 4, born, day)
                    family = number // 2
                    parent = [f"{name} Ольга Ильинична", f"+7 (999) {family:07d}", "", f"ул. Речная, д. {family}"]
                    sheet.write_row(row + 2, 5, ["м", "", *parent])
                    number += 1


def cases(folder: Path) -> list[Case]:
    """What is measured."""
    many = folder / "many.xlsx"
    many_students(many)
    return [
        Case("town, class lists (820 students)", "people", TOWN / "classes.xlsx", 3),
        Case("town, aSc (1,163 cards, a year of lessons)", "timetable", TOWN / "timetable_asc.xml", 3,
             (("people", "classes.xlsx"), ("staff", "staff.xlsx"))),
        Case("town, OneRoster set (11,375 enrollments)", "oneroster", TOWN / "oneroster", 10),
        Case(f"{MANY:,} students in one workbook", "people", many, 20),
    ]  # fmt: skip


def main() -> None:
    """Print a line per case."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for case in cases(folder):
            home = town(folder, case.before)
            runs, plain = [], []
            for _run in range(chosen.runs):
                fresh = folder / "fresh"
                shutil.rmtree(fresh, ignore_errors=True)
                shutil.copytree(home, fresh)
                runs.append(korablik(fresh, "import", case.kind, str(case.file)))
                if case.kind == "people":
                    (folder / "plain.db").unlink(missing_ok=True)
                    plain.append(timed([sys.executable, "-c", PLAIN, str(case.file), str(folder / "plain.db")], fresh))
            wall, cpu = (statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu"))
            against = ""
            if plain:
                ratio = cpu / statistics.median(run.cpu for run in plain)
                against = f"; {ratio:.2f} of the CPU of row-by-row ORM inserts (plain)"
            print(
                f"import {case.name}: {wall:.1f} s (median of {len(runs)}; target ≤ {case.seconds:g} s), "
                f"{cpu:.1f} CPU s, "
                f"peak {max(run.memory for run in runs):.0f} MB (target ≤ {MEGABYTES} MB){against}"
            )


if __name__ == "__main__":
    main()
