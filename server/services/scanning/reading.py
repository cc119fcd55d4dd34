"""Files → pages, read by two child processes that end with the stack: printing goes on, and memory comes back.

A page at which a child dies is one page for a person; the others are read all the same.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from printables.reading import Page, Reading
from server.child import Child
from server.errors import DomainError

AT_ONCE = min(2, os.cpu_count() or 1)  # children
CHUNK = 12  # pages of one call
Progress = Callable[[int, int], None]  # pages done, pages in all


class File(NamedTuple):
    """A file of a stack: its name as sent, and where it lies."""

    name: str
    path: Path


class Chunk(NamedTuple):
    """Pages of one file: its place among the files, and their numbers from 1."""

    file: int
    numbers: tuple[int, ...]


class Reader:
    """Children that read. Use ``reading()``."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._free: SimpleQueue[Child] = SimpleQueue()
        for child in children:
            self._free.put(child)

    def call(self, target: str, *args: Any) -> Any:
        """Call a function in the next child that is free."""
        child = self._free.get()
        try:
            return child.call(target, *args)
        finally:
            self._free.put(child)

    def read(self, files: Sequence[File], school: str, keep: Path | None, progress: Progress) -> list[Page]:
        """Every page of the files in their order; pictures are kept in ``keep``. See printables.stack.read_pages."""
        counts = self._counts(files)
        chunks = [Chunk(file, part) for file, count in enumerate(counts) for part in _parts(count)]
        found: dict[Chunk, list[Page]] = {}
        progress(0, sum(counts))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            calls = {pool.submit(self._chunk, files, chunk, school, keep): chunk for chunk in chunks}
            try:
                for call in as_completed(calls):
                    found[calls[call]] = call.result()
                    progress(sum(len(chunk.numbers) for chunk in found), sum(counts))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [page for chunk in chunks for page in found[chunk]]

    def _counts(self, files: Sequence[File]) -> list[int]:
        """Pages of each file, asked file by file: one at which a child dies is one page for a person."""
        found = []
        for file in files:
            try:
                found += self.call("printables.stack:count_pages", [str(file.path)])
            except DomainError as error:
                if error.code != "child_died":
                    raise
                found.append(1)
        return found

    def _chunk(self, files: Sequence[File], chunk: Chunk, school: str, keep: Path | None) -> list[Page]:
        file = files[chunk.file]
        target, folder = "printables.stack:read_pages", str(keep) if keep else None
        try:
            return self.call(target, file.name, str(file.path), chunk.numbers, school, folder)
        except DomainError as error:
            if error.code != "child_died":
                raise
        if len(chunk.numbers) == 1:
            return [Page(file.name, chunk.numbers[0], "", Reading("broken"), error="scan_broken")]
        return [
            page for number in chunk.numbers
            for page in self._chunk(files, Chunk(chunk.file, (number,)), school, keep)
        ]  # fmt: skip


@contextmanager
def reading() -> Iterator[Reader]:
    """Children for one stack."""
    children = [Child() for _ in range(AT_ONCE)]
    try:
        yield Reader(children)
    finally:
        for child in children:
            child.close()


def _parts(count: int) -> Iterator[tuple[int, ...]]:
    for start in range(1, count + 1, CHUNK):
        yield tuple(range(start, min(start + CHUNK, count + 1)))
