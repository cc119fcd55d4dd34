"""How soon `korablik serve` answers, and how much memory it takes after the first pages.

A home with the sample village is made once in a temporary folder, the way a school makes one. Each run starts the
office as a process of its own, asks for its health until it answers, then for the sign-in page; the median counts.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).parents[2]
VILLAGE = CHECKOUT / "content" / "village"
PROGRAM = [sys.executable, "-m", "server.cli"]
PAGES = 20
SECONDS, MEGABYTES = 2.0, 120
FILES = {
    "terms": "terms.csv", "bells": "bells.csv", "people": "classes.xlsx", "staff": "staff.xlsx",
    "timetable": "timetable_asc.xml", "tv": "tv_broadcasts.csv", "connectivity": "connectivity.csv",
    "content": "content",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One start: seconds to the first answer, CPU seconds until then, megabytes after the pages."""

    wall: float
    cpu: float
    memory: float


def korablik(home: Path, *arguments: str) -> None:
    """One command, quietly."""
    subprocess.run([*PROGRAM, *arguments], env=environment(home), check=True, capture_output=True, cwd=CHECKOUT)


def environment(home: Path) -> dict[str, str]:
    """The settings of a home, and no others of ours."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("KORABLIK_")}
    return others | {"KORABLIK_HOME": str(home)}


def village(home: Path) -> None:
    """A school with people, timetable and lessons."""
    korablik(home, "init", "--school", "Тополинская школа", "--admin", "admin")
    for kind, file in FILES.items():
        korablik(home, "import", kind, str(VILLAGE / file))


def measure(home: Path) -> Run:
    """Start the office, wait for it, read some pages, end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port)], env=environment(home), cwd=CHECKOUT, stdout=subprocess.DEVNULL
    ) as process:
        try:
            while not answers(f"http://127.0.0.1:{port}/api/v1/health"):
                if process.poll() is not None:
                    sys.exit("serve: the office ended at once")
                time.sleep(0.01)
            wall = time.perf_counter() - began
            times = psutil.Process(process.pid).cpu_times()
            for _page in range(PAGES):
                if not answers(f"http://127.0.0.1:{port}/sign-in"):
                    sys.exit("serve: the sign-in page does not answer")
            memory = psutil.Process(process.pid).memory_info().rss / 1024**2
        finally:
            process.terminate()
    return Run(wall, times.user + times.system, memory)


def answers(address: str) -> bool:
    """Whether there is an answer, and no error."""
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        sys.exit(f"serve: {address} answers {error.code}")
    except OSError:
        return False


def main() -> None:
    """Print one line of figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=7)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        village(home)
        runs = [measure(home) for _run in range(chosen.runs)]
    wall, cpu, memory = (statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "memory"))
    print(
        f"serve: ready in {wall:.2f} s (median of {len(runs)}, fastest {min(run.wall for run in runs):.2f} s; "
        f"target ≤ {SECONDS:g} s), {cpu:.2f} CPU s; {memory:.0f} MB after {PAGES} pages (target ≤ {MEGABYTES} MB)"
    )


if __name__ == "__main__":
    main()
