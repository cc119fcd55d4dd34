"""The sample edition's site for browser tests: every page type of the reader, in a folder and over HTTP."""

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from server.services.publishing import LOCALES
from server.services.sitebuild import build_group, look_digest, write_changed, write_public_root
from sync.signing import new_keypair
from tests.editions import lesson_of, sample_content, sample_edition, write_sample

CONTENT = sample_content()
CONTENT["assessments"] = {"7": [{"date": "2026-12-09", "subject": "Алгебра", "kind": "control", "number": 2,
                                 "topic": "Линейные уравнения"}]}  # fmt: skip
CONTENT["exams"] = {"7": [{"date": "2026-12-10", "start": "10:00", "minutes": 120, "subject": "Геометрия",
                           "kind": "consultation", "room": "12"}]}  # fmt: skip
LESSON = lesson_of(CONTENT, "7", "2026-12-07", 3)
DRAWN = lesson_of(CONTENT, "7", "2026-12-10", 2)
PAGES = {
    "root": "index.html",
    "today": "7/index.html",
    "week": "7/week-2026-W50.html",
    "day": "7/day-2026-12-08.html",
    "lesson": f"7/lesson-{LESSON}.html",
    "drawn lesson": f"7/lesson-{DRAWN}.html",
    "task": f"7/task-{CONTENT['lessons'][LESSON]['tasks'][0]}.html",
    "tv": "7/tv.html",
    "notices": "7/notices.html",
    "contacts": "7/contacts.html",
    "exams": "7/exams.html",
    "search": "7/search.html",
    "news": "7/news.html",
    "due": "7/due.html",
    "documents": "7/documents.html",
    "advice": "7/advice.html",
    "guide": "7/guide.html",
    "guide in another language": "guide-kk.html",
}


def build(home: Path, issued_at: str | None = None) -> Path:
    """Build the site of class 7 and the root below ``home``, in Russian and Kazakh; returns the public folder.

    ``issued_at``: UTC with Z; else the sample's own day, which may be ahead of the clock.
    """
    content = {**CONTENT, "school": {**CONTENT["school"], "languages": ["ru", "kk"]}}
    content["groups"] = {"7": CONTENT["groups"]["7"], "8": CONTENT["groups"]["8"]}
    edition = sample_edition(content=content)
    folder = write_sample(home / "editions", replace(edition, issued_at=issued_at or edition.issued_at))
    look = look_digest(LOCALES)
    secret, public_key = new_keypair(os.urandom)
    write_changed(folder, None, look)
    for slug in ("7", "8"):
        build_group(folder, slug, home / "public", home / "cache", LOCALES, look, secret)
    write_public_root(folder, home / "public", LOCALES, public_key)
    return home / "public"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def hosted(public: Path, port: int = 0) -> Iterator[str]:
    """The address at which the folder is served until the block ends."""
    handler = functools.partial(Quiet, directory=str(public))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
