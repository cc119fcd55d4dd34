"""A line between browser and office that can be cut, that loses answers, and that counts what was asked over it."""

import contextlib
import socket
import threading
import time
from collections import Counter


class Line:
    """Forwards connections to ``port``: none while it is ``cut``; while it ``loses`` the office answers in vain."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cut = self.loses = False
        self.asked: Counter[str] = Counter()  # "POST /api/v1/ops" → times
        self._open: set[socket.socket] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, cut: bool = False, loses: bool = False) -> None:
        """Change how it works; connections that are open end."""
        self.cut, self.loses = cut, loses
        for one in list(self._open):
            _end(one)

    def close(self) -> None:
        self.set(cut=True)
        _end(self._listening)

    def until(self, request: str, times: int = 1) -> None:
        """Wait until this was asked so often."""
        deadline = time.monotonic() + 60
        while self.asked[request] < times:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{request}: {self.asked}")
            time.sleep(0.05)

    def _accept(self) -> None:
        while True:
            try:
                browser, _from = self._listening.accept()
            except OSError:
                return
            if self.cut:
                _end(browser)
                continue
            office = socket.create_connection(("127.0.0.1", self.port))
            self._open |= {browser, office}
            threading.Thread(target=self._carry, args=(browser, office, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(office, browser, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if asks:
                    self._note(data)
                elif self.loses:
                    break
                target.sendall(data)
        for one in (source, target):
            self._open.discard(one)
            _end(one)

    def _note(self, data: bytes) -> None:
        words = data.split(b" ", 2)
        if words[0] in (b"GET", b"POST") and len(words) == 3:
            self.asked[f"{words[0].decode()} {words[1].decode().partition('?')[0]}"] += 1


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
