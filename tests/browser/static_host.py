"""A host of plain files as schools rent them, with Range, a log of what was asked, and answers that a test spoils."""

import gzip
import http.server
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from server.services import sitebuild
from sync.edition import Edition
from tests.editions import write_sample

KINDS = {".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".gz": "application/gzip",
         ".png": "image/png", ".webmanifest": "application/manifest+json", ".pub": "text/plain"}  # fmt: skip
SILENT = 2  # seconds between the last bytes on a line and its end, in which a busy browser reads them
Spoil = Callable[[bytes], tuple[bytes, dict[str, str]]]


class Host:
    """Serves ``folder`` until ``stop``; ``start`` takes the same port again. ``asked``: (path, Range or "")."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, 0
        self.asked: list[tuple[str, str]] = []
        self.spoiled: dict[str, Spoil] = {}  # by pattern of the path
        self.cut: dict[str, int] = {}  # by pattern: bytes after which the line breaks, once
        self.coded: set[str] = set()  # patterns of gzip files that come unpacked, as from a host with its own coding
        self.sent = 0
        self.age = 600  # seconds that a browser may use a file again without asking

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"host": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def names(self) -> list[str]:
        """What was asked for since the last ``forget``, but the browser's own looks for a newer worker."""
        return [path for path, _ in self.asked if path != "/worker.js"]

    def forget(self) -> None:
        self.asked.clear()
        self.sent = 0


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host: Host

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        host, asked = self.host, self.headers.get("Range", "")
        host.asked.append((path, asked))
        file = host.folder / path.lstrip("/")
        file = file / "index.html" if path.endswith("/") else file
        if not file.is_file():
            return self._send(404, b"", {})
        data, more = file.read_bytes(), {"Content-Type": KINDS.get(file.suffix, "application/octet-stream")}
        for pattern, spoil in list(host.spoiled.items()):
            if re.search(pattern, path):
                data, added = spoil(data)
                more |= added
        if not asked and any(re.search(pattern, path) for pattern in host.coded):
            data = gzip.decompress(data)
        status = 200
        if found := re.fullmatch(r"bytes=(\d+)-", asked):
            first = int(found[1])
            if first >= len(data):
                return self._send(416, b"", {})
            more["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
            status, data = 206, data[first:]
        return self._send(status, data, more)

    def _send(self, status: int, data: bytes, more: dict[str, str]) -> None:
        self.send_response(status)
        age = f"max-age={self.host.age}"
        headers = {"Content-Length": str(len(data)), "Cache-Control": age, "Connection": "close", **more}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        path = self.path.split("?")[0]
        for pattern in [pattern for pattern in self.host.cut if re.search(pattern, path)]:
            self.wfile.write(data[: self.host.cut.pop(pattern)])
            time.sleep(SILENT)
            data = b""
        self.wfile.write(data)
        self.close_connection = True  # or a host that was stopped would go on answering
        self.host.sent += len(data)


class School:
    """A school's public folder, published again as a test changes its content."""

    def __init__(self, home: Path, secret: bytes, public_key: str):
        self.home, self.secret, self.public_key = home, secret, public_key
        self.previous: Path | None = None

    @property
    def public(self) -> Path:
        return self.home / "public"

    def copy(self, home: Path) -> "School":
        """The same school in a folder of its own, which a test may change."""
        shutil.copytree(self.home, home)
        other = School(home, self.secret, self.public_key)
        other.previous = home / self.previous.relative_to(self.home) if self.previous else None
        return other

    def publish(self, number: int, content: dict, slugs: tuple[str, ...] = ("7",)) -> None:
        """Build these classes and sign everything, as services/publishing.py does. Issued long before any test."""
        locale = self.home / "locale"
        folder = write_sample(self.home / "editions", Edition(content, number, "2020-12-06T07:10:00Z", None))
        look = sitebuild.look_digest(locale)
        sitebuild.write_changed(folder, self.previous, look)
        for slug in slugs:
            sitebuild.build_group(folder, slug, self.public, self.home / "cache", locale, look, self.secret)
        sitebuild.refresh(folder, slugs, self.public, self.secret)
        sitebuild.write_public_root(folder, self.public, locale, self.public_key)
        self.previous = folder
