"""How much CPU a scanned page costs, against reading every kind of code in every direction, and what bad pictures give.

A stack of ``--pages`` mixed pages (works, blank backs, covers, lessons without a code; an eighth of them poor photos)
at 200 dpi is read by two children as the office does; the naive side asks zxing for all formats, inverted ones too,
on ``--naive`` of the same pages. Then ``--poor`` sheets at 150 dpi (fewer at 100 and 200) are turned by up to 20°,
bent by up to 10 %, blurred by 0.4 mm, badly lit and saved as JPEG 30: how many find their work, how many versions of
the picture that took, and that none finds another.
"""

import argparse
import io
import json
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import zxingcpp
from PIL import Image

from printables.scan import read
from printables.stack import read_pages
from server.child import Child
from server.services.scanning.reading import AT_ONCE, File, Reader
from tests.printables.scans import SCHOOL, blank, code, degraded, label, pdf_of, sheet

MOST_CPU, MOST_SECONDS, LEAST = 60.0, 30.0, 0.995  # ms of a page; of 300 pages on two cores; routed at 150 dpi
MOST_MEMORY = 250  # MB of any process


def mixed(pages: int) -> list[Image.Image]:
    """A stack as schools scan it, at 200 dpi."""
    chance, found = random.Random(7), []
    for number in range(pages):
        kind = chance.random()
        if kind < 0.6:
            page = sheet(label(number, 1 + number % 3), number)
        elif kind < 0.75:
            page = blank(number)
        elif kind < 0.85:
            page = sheet(None, number)  # a lesson without a code
        elif kind < 0.9:
            page = sheet(label(number, 0, "P"), number)
        else:
            page = degraded(sheet(label(number, 1), number), number, 150)
        found.append(page.rotate(180) if chance.random() < 0.3 else page)
    chance.shuffle(found)
    return found


def speed(pages: int, naive: int) -> dict[str, Any]:
    """CPU of a clean 200-dpi page with decoding, of the mixed stack, and of the naive reading."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "clean.pdf"
        one.write_bytes(pdf_of([sheet(label(number), number) for number in range(40)]))
        begun = time.process_time()
        read_pages("clean.pdf", str(one), range(1, 41), SCHOOL, folder)
        clean = (time.process_time() - begun) / 40 * 1000
        stack = mixed(pages)
        path = Path(folder) / "stack.pdf"
        path.write_bytes(pdf_of(stack))
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        children = [Child() for _ in range(AT_ONCE)]
        found = Reader(children).read([File("stack.pdf", path)], SCHOOL, Path(folder), lambda done, total: None)
        memory = max(_high(child) for child in children)
        for child in children:
            child.close()
        seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.process_time()
        for page in stack[:naive]:
            written = io.BytesIO()
            page.save(written, "JPEG", quality=60)
            zxingcpp.read_barcodes(Image.open(written).convert("L"))
        ordinary = (time.process_time() - begun) / max(1, naive) * 1000
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "clean_cpu_ms": round(clean, 1), "mixed_pages": len(found), "mixed_cpu_ms": round(cpu / len(found) * 1000, 1),
        "mixed_seconds": round(seconds, 1), "processes": AT_ONCE, "naive_cpu_ms": round(ordinary, 1),
        "memory_mb": memory, "states": dict(Counter(page.reading.state for page in found)),
    }  # fmt: skip


def _high(child: Child) -> int:
    """The most memory that a child took, in MB, as the kernel says; what it was started from does not count."""
    status = Path(f"/proc/{child._process.pid}/status").read_text("ascii")  # type: ignore[union-attr]
    return round(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024)  # type: ignore[index]


def _poor(work: tuple[int, int]) -> tuple[str, int, bool]:
    seed, dpi = work
    found = read(degraded(sheet(label(seed, 1 + seed % 5), seed), seed * 31 + dpi, dpi), SCHOOL)
    right = found.label is not None and (found.label.digits, found.label.page) == (code(seed), 1 + seed % 5)
    return found.state, found.tries, right


def poor(sheets: int, dpi: int) -> dict[str, Any]:
    """What poor pictures at a resolution give."""
    with ProcessPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(_poor, [(seed, dpi) for seed in range(sheets)], chunksize=20))
    routed = [one for one in found if one[0] == "work"]
    return {
        "dpi": dpi, "pages": sheets, "routed": len(routed), "share": round(len(routed) / sheets, 5),
        "wrong": sum(not right for _state, _tries, right in routed),
        "tries": dict(sorted(Counter(tries for _state, tries, _right in routed).items())),
    }  # fmt: skip


def main() -> int:
    """Measure, tell, and fail when a figure is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=300)
    options.add_argument("--naive", type=int, default=20)
    options.add_argument("--poor", type=int, default=2000)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    fast = speed(asked.pages, asked.naive)
    bad = [poor(asked.poor if dpi == 150 else asked.poor // 5, dpi) for dpi in (100, 150, 200)] if asked.poor else []
    checks = {
        f"clean page <= {MOST_CPU:.0f} ms CPU": fast["clean_cpu_ms"] <= MOST_CPU,
        f"stack <= {MOST_SECONDS * asked.pages / 300:.0f} s": fast["mixed_seconds"] <= MOST_SECONDS * asked.pages / 300,
        f"memory <= {MOST_MEMORY} MB": fast["memory_mb"] <= MOST_MEMORY,
        "no wrong route": not any(one["wrong"] for one in bad),
        f"routed at 150 dpi >= {LEAST}": all(one["share"] >= LEAST for one in bad if one["dpi"] == 150),
    }
    if asked.json:
        print(json.dumps({"speed": fast, "poor": bad, "checks": checks}))
    else:
        print(f"a clean 200-dpi page: {fast['clean_cpu_ms']} ms CPU with decoding and keeping; "
              f"all formats, all directions: {fast['naive_cpu_ms']} ms without keeping")  # fmt: skip
        print(f"{fast['mixed_pages']} mixed pages: {fast['mixed_seconds']} s in {fast['processes']} processes, "
              f"{fast['mixed_cpu_ms']} ms CPU a page, {fast['memory_mb']} MB at most in one; "
              f"{fast['states']}")  # fmt: skip
        for one in bad:
            print(f"{one['dpi']} dpi: {one['routed']} of {one['pages']} poor pictures routed ({one['share']:.2%}), "
                  f"{one['wrong']} wrong; tries {one['tries']}")  # fmt: skip
        for name, kept in checks.items():
            print(f"{'ok  ' if kept else 'MISS'} {name}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
