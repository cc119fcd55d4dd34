"""How ticked boxes are read on synthetic filled sheets under synthetic degradation: right, wrong, unsure, and CPU.

Run: ``python tests/bench/bench_ticks.py [PAGES]``. Sheets and marks: tests/printables/ticks.py; degradation
(turned by up to 20°, in perspective by up to 10 %, blurred by 0.4 mm, low light, noise, JPEG 30): scans.py. Boxes are
read on the copy that is kept of a page. The marks are drawn by chance, not taken from real sheets.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from printables.answer_reading import read_answers
from printables.scan import read
from tests.printables import scans, ticks

DPIS = (100, 150, 200)


def main(pages: int) -> None:
    """Print one line per resolution, then what each kind of mark was taken for."""
    layout = ticks.layout()
    kinds: Counter[tuple[str, str, str]] = Counter()
    for dpi in DPIS:
        found: Counter[str] = Counter()
        lost, cpu, fields = 0, 0.0, Counter()
        for seed in range(pages):
            page, truth = ticks.filled(layout[0], seed * 7 + dpi)
            picture = scans.degraded(page, seed * 7 + dpi, dpi)
            picture = ticks.kept(picture.rotate(read(picture, scans.SCHOOL).turn, expand=True))
            start = time.process_time()
            answers = read_answers(picture, layout[0])
            cpu += time.process_time() - start
            lost += all(value == "unsure" for one in answers for value in one.read)
            for one in answers:
                fields["unsure" if one.answer is None else "sure"] += 1
                for number, value in enumerate(one.read):
                    right, mark = truth[one.position, number]
                    said = "unsure" if value == "unsure" else "right" if value == right else "wrong"
                    found[said] += 1
                    kinds[mark, value, said] += 1
        boxes = sum(found.values())
        sure = found["right"] + found["wrong"]
        print(f"{dpi} dpi: {boxes} boxes on {pages} pages; of those decided {found['right'] / max(1, sure):.4%} right "
              f"({found['wrong']} wrong), {found['unsure'] / boxes:.2%} unsure; sheets not found {lost}; "
              f"questions for a person {fields['unsure'] / sum(fields.values()):.2%}; "
              f"{cpu / pages * 1000:.0f} ms CPU a page", flush=True)  # fmt: skip
    for mark in {kind[0] for kind in kinds}:
        counts = {f"{value}/{said}": n for (kind, value, said), n in sorted(kinds.items()) if kind == mark}
        print(f"  {mark}: {counts}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
