"""A slow line between two network namespaces: packets wait in this program for their turn and for the way.

Linux and root only. The namespaces and their TUN devices have no names outside this process: when it ends, however it
ends, the devices are gone with it. ``python -m tests.bench.link KBIT DELAY_MS`` prints ``ready CLIENT SERVER``, two
paths for ``nsenter --net=PATH``, and forwards until its standard input closes or its parent dies. ``python -m
tests.bench.link near PORT`` at the client's end answers on localhost, where browsers allow what they else allow to
HTTPS alone, and passes every connection on over the line.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

CLIENT, SERVER = "10.77.0.2", "10.77.0.1"
NEW_NET, SET_DEATH_SIGNAL = 0x40000000, 1
TUN_SET_IFF, TUN, NO_PACKET_INFO = 0x400454CA, 0x0001, 0x1000
MTU = 1500  # bytes
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Way:
    """One direction: a queue that holds ``room`` bytes, a rate, and the time a packet then needs to arrive."""

    source: int
    target: int
    rate: float  # bytes a second
    delay: float  # seconds
    room: int
    free_at: float = 0.0
    waiting: list[tuple[float, int, bytes]] = field(default_factory=list)
    count: int = 0
    carried: int = 0
    dropped: int = 0

    def take(self, packet: bytes, now: float) -> None:
        """Queue a packet; drop it when the queue is full, as a modem does."""
        if (self.free_at - now) * self.rate > self.room:
            self.dropped += 1
            return
        self.free_at = max(self.free_at, now) + len(packet) / self.rate
        self.count += 1
        self.carried += len(packet)
        heapq.heappush(self.waiting, (self.free_at + self.delay, self.count, packet))

    def give(self, now: float) -> None:
        """Hand over what has arrived."""
        while self.waiting and self.waiting[0][0] <= now:
            os.write(self.target, heapq.heappop(self.waiting)[2])


@dataclass(frozen=True)
class Link:
    """A line that stands: commands to run at either end."""

    client: str
    server: str
    pid: int

    def at_client(self, command: list[str]) -> list[str]:
        return ["nsenter", f"--net={self.client}", *command]

    def at_server(self, command: list[str]) -> list[str]:
        return ["nsenter", f"--net={self.server}", *command]


def possible() -> str:
    """Why there can be no such line here; "" when there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux"
    if not os.access("/dev/net/tun", os.W_OK):
        return "needs /dev/net/tun"
    probe = subprocess.run(["unshare", "--net", "ip", "link", "show", "lo"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "needs network namespaces and iproute2"


@contextlib.contextmanager
def link(kbit: float = 50, round_trip_ms: float = 800) -> Iterator[Link]:
    """A line with this rate in each direction and this time for there and back; gone after the block."""
    command = [sys.executable, "-m", "tests.bench.link", str(kbit), str(round_trip_ms / 2)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline().split()  # type: ignore[union-attr]
            if not said:
                raise RuntimeError("no line could be set up")
            yield Link(said[1], said[2], process.pid)
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            process.wait(5)


def _own_net() -> int:
    """Move this process into a network of its own; the file that keeps it alive."""
    if _libc.unshare(NEW_NET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def _tun(own: str, other: str) -> int:
    """A device with an address, in the network this process is in now."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUN_SET_IFF, struct.pack("16sH22x", b"line", TUN | NO_PACKET_INFO))
    for words in ("link set lo up", f"addr add {own} peer {other} dev line", f"link set line mtu {MTU} up"):
        subprocess.run(["ip", *words.split()], check=True)
    return tun


def _forward(ways: list[Way]) -> None:
    while True:
        due = min((way.waiting[0][0] for way in ways if way.waiting), default=None)
        left = None if due is None else max(0.0, due - time.monotonic())
        ready = select.select([way.source for way in ways] + [sys.stdin], [], [], left)[0]
        now = time.monotonic()
        for way in ways:
            if way.source in ready:
                with contextlib.suppress(BlockingIOError):
                    while True:
                        way.take(os.read(way.source, 65536), now)
            way.give(time.monotonic())
        if sys.stdin in ready and not sys.stdin.read(1):
            return


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def _near(port: int) -> None:
    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(SERVER, port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))

    async with await asyncio.start_server(taken, "127.0.0.1", port) as server:
        print("ready", flush=True)
        await server.serve_forever()


def main() -> None:
    """Set up both ends and carry packets, or answer at the near one."""
    if sys.argv[1] == "near":
        _libc.prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
        asyncio.run(_near(int(sys.argv[2])))
        return
    kbit, delay_ms = map(float, sys.argv[1:3])
    _libc.prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    client_net, client = _own_net(), _tun(CLIENT, SERVER)
    server_net, server = _own_net(), _tun(SERVER, CLIENT)
    here = f"/proc/{os.getpid()}/fd"
    print("ready", f"{here}/{client_net}", f"{here}/{server_net}", flush=True)
    rate, delay = kbit * 1000 / 8, delay_ms / 1000
    room = int(max(rate * 4, 10 * MTU))  # four seconds: what mobile networks keep
    _forward([Way(client, server, rate, delay, room), Way(server, client, rate, delay, room)])


if __name__ == "__main__":
    main()
