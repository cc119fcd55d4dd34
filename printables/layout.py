"""The paper's measures, in PDF points from the lower left corner of an A4 page; ``templates/paper.css`` keeps the same.

2 cm at both sides: the binder's margin is on the right when the sheet is printed on its back.
"""

from dataclasses import dataclass


def mm(value: float) -> float:
    """Millimetres → points."""
    return value * 72 / 25.4


@dataclass(frozen=True)
class Box:
    """A rectangle, ``(x0, y0)`` its lower left corner."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0


WIDTH, HEIGHT = 595.276, 841.89
LEFT, RIGHT = mm(20), WIDTH - mm(20)
RULE = 0.6  # thickness of every line that is stamped
LEAST = 10  # smallest size of stamped text
QR_SIDE = mm(24)
QR_MODULES = 21  # version 1
QR_QUIET = 4 * QR_SIDE / QR_MODULES

BODY_BOTTOM = mm(20)  # of every sheet
TASK_TOP = HEIGHT - mm(44)  # where the text of a task begins
FOOT_LINE, FOOT_TEXT = mm(16.5), mm(11.5)
LESSON_LINE, TASK_LINE = HEIGHT - mm(26), HEIGHT - mm(40.5)
# In large print head and foot are higher.
BIG_BODY_BOTTOM = mm(26)
BIG_TASK_TOP = HEIGHT - mm(53)
BIG_LESSON_LINE, BIG_TASK_LINE = HEIGHT - mm(38), HEIGHT - mm(49.5)
QR_BOX = Box(RIGHT - QR_SIDE, HEIGHT - mm(11) - QR_SIDE, RIGHT, HEIGHT - mm(11))
HEAD_SPLIT = LEFT + mm(86)  # left of it name and class, right of it what differs by sheet

# One of two pages beside each other on a turned leaf: A5, white for the binder above and, as a back, below.
HALF_WIDTH, HALF_HEIGHT = HEIGHT / 2, WIDTH
HALF_LEFT, HALF_RIGHT = mm(9), HALF_WIDTH - mm(9)
HALF_TOP, HALF_BOTTOM = HALF_HEIGHT - mm(20), mm(20)
HALF_HEAD_LINE, HALF_FOOT_LINE = HALF_TOP - mm(10), HALF_BOTTOM + mm(5.5)


def from_top(millimetres: float) -> float:
    """The height of a point so many millimetres below the upper edge."""
    return HEIGHT - mm(millimetres)
