"""A bad network between client and office: a proxy that cuts, delays, duplicates and truncates HTTP, by seeded choice.

It understands no more of HTTP than the length of a request and that the office closes a connection after its answer
(the client asks it to), so whatever it does to the bytes is what a network can do.
"""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

FAULTS = ("none", "none", "cut request", "cut answer", "lose answer", "delay", "duplicate", "truncate")
PATIENCE = 10.0  # seconds


class Proxy:
    """Listens on a port of its own; ``target`` may change while it runs (the office was started anew)."""

    def __init__(self, target: int, seed: int):
        self.target, self.done = target, Counter[str]()
        self._dice, self._lock = random.Random(seed), threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """No more connections."""
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with self._lock:
            fault, share = self._dice.choice(FAULTS), self._dice.random()
            self.done[fault] += 1
        with client, suppress(OSError):
            client.settimeout(PATIENCE)
            request = _request(client)
            if fault == "cut request":
                _answer(self.target, request[: int(len(request) * share)], cut=True)
                return
            if fault == "truncate":  # the head promises more than comes
                _answer(self.target, request[: len(request) - 1 - int(20 * share)], cut=True)
                return
            if fault == "delay":
                time.sleep(share * 0.2)
            answer = _answer(self.target, request)
            if fault == "duplicate":
                answer = _answer(self.target, request)
            if fault == "cut answer":
                answer = answer[: int(len(answer) * share)]
            if fault != "lose answer":
                client.sendall(answer)


def _request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(client)
    head, _end, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0]) if lengths else 0
    while len(body) < wanted:
        more = _some(client)
        body, data = body + more, data + more
    return data


def _some(link: socket.socket) -> bytes:
    data = link.recv(65536)
    if not data:
        raise OSError("the other side hung up")
    return data


def _answer(port: int, request: bytes, cut: bool = False) -> bytes:
    """What the office says to these bytes; with ``cut`` the line breaks off before it can."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as office:
        office.sendall(request)
        if cut:
            return b""
        answer = b""
        while more := office.recv(65536):
            answer += more
        return answer


@contextmanager
def bad_network(target: int, seed: int) -> Iterator[Proxy]:
    """A proxy that ends with the block."""
    proxy = Proxy(target, seed)
    try:
        yield proxy
    finally:
        proxy.close()
