"""Two children read a stack; what kills one is one page for a person."""

from pathlib import Path

import pytest

from printables.reading import Page, Reading
from server.errors import DomainError
from server.services.scanning.reading import File, Reader, reading
from tests.printables.scans import SCHOOL, code, label, pdf_of, sheet


class Deadly:
    """A child that dies of some pages of some files; it counts 30 pages in each file."""

    def __init__(self, deadly: set[tuple[str, int]], uncountable: set[str]) -> None:
        self.deadly, self.uncountable = deadly, uncountable

    def call(self, target: str, *args):
        if target.endswith("count_pages"):
            [path] = args[0]
            if path in self.uncountable:
                raise DomainError("child_died")
            return [30]
        name, path, numbers, _school, _keep = args
        if any((path, number) in self.deadly for number in numbers):
            raise DomainError("child_died")
        return [Page(name, number, f"{path}-{number}", Reading("unread")) for number in numbers]


def read(children, *names: str) -> list[Page]:
    return Reader(children).read([File(name, Path(name)) for name in names], SCHOOL, None, lambda done, total: None)


def test_a_page_at_which_a_child_dies_is_one_page_for_a_person():
    found = read([Deadly({("b", 7), ("b", 8)}, set())] * 2, "a", "b")
    assert [(page.file, page.number) for page in found] == [(name, n) for name in "ab" for n in range(1, 31)]
    assert [(page.file, page.number) for page in found if page.error] == [("b", 7), ("b", 8)]


def test_a_file_that_cannot_be_counted_takes_no_page_from_the_others():
    found = read([Deadly(set(), {"a"})] * 2, "a", "b")
    assert [page.file for page in found] == ["a"] + ["b"] * 30


def test_what_is_no_death_is_not_taken_for_one():
    class Full(Deadly):
        def call(self, target: str, *args):
            if target.endswith("read_pages"):
                raise DomainError("disk_full")
            return super().call(target, *args)

    with pytest.raises(DomainError, match="disk_full"):
        read([Full(set(), set())] * 2, "a", "b")


def test_pages_of_several_files_come_in_their_order(tmp_path):
    files = []
    for file in range(2):
        path = tmp_path / str(file)
        path.write_bytes(pdf_of([sheet(label(file * 10 + n), n) for n in range(14 if file else 2)]))
        files.append(File(f"{file}.pdf", path))
    told = []
    with reading() as reader:
        found = reader.read(files, SCHOOL, None, lambda done, total: told.append((done, total)))
    assert [page.reading.label.digits for page in found] == [code(n) for n in (0, 1, *range(10, 24))]
    assert told[-1] == (16, 16)
