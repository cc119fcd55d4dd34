"""Whether two pictures show the same sheet: laid over each other, no spot has ink in one and none in the other.

A copier turns and shifts a sheet a little each time; what a pen added in one place is told apart.
"""

from functools import cache

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

SIZE = 96, 136  # pixels of the picture of ink: A4, 2.2 mm each
_FINE = 2  # times: the picture in which paper is told from ink
_EDGE = 6  # pixels at each side that are not compared
_BLOCKS = 12, 17  # spots of 17 mm
MOST = 42.0  # grey levels of ink by which a spot of the same sheet differs (measured: at most 38; one added line: 63)
_TURNS = tuple(0.4 * step for step in range(-6, 7))  # degrees
_SHIFTS = tuple(range(-4, 5))  # pixels


def ink_of(upright: Image.Image) -> bytes:
    """Where the ink of a page is: SIZE grey pixels, 255 the darkest, in even light."""
    fine = upright.resize((SIZE[0] * _FINE, SIZE[1] * _FINE), Image.Resampling.BOX)
    paper = fine.filter(ImageFilter.MaxFilter(7)).filter(ImageFilter.GaussianBlur(4))
    ink = ImageChops.subtract(paper, fine).resize(SIZE, Image.Resampling.BOX).filter(ImageFilter.BoxBlur(1))
    return ImageOps.autocontrast(ink, cutoff=(0, 2)).tobytes()


def alike(one: bytes, other: bytes, most: float = MOST) -> bool:
    """Whether two pictures of ink show the same sheet, however it lay."""
    if len(one) != SIZE[0] * SIZE[1] or len(one) != len(other):
        return False
    turned = cache(lambda degrees: _picture(other).rotate(degrees, Image.Resampling.BILINEAR))
    inner = _picture(one).crop(_box(0, 0))

    def over(degrees: float, across: int, down: int) -> Image.Image:
        return ImageChops.difference(inner, turned(degrees).crop(_box(across, down)))

    def unlike(place: tuple[float, int, int]) -> float:
        return ImageStat.Stat(over(*place)).sum[0]

    rough = ((turn, x, y) for turn in _TURNS[::2] for x in _SHIFTS[::2] for y in _SHIFTS[::2])
    turn, across, down = min(rough, key=unlike)
    near = ((turn + by, across + x, down + y) for by in (-0.4, 0, 0.4) for x in (-1, 0, 1) for y in (-1, 0, 1))
    best = over(*min(near, key=unlike))
    return best.resize(_BLOCKS, Image.Resampling.BOX).getextrema()[1] < most


def _picture(data: bytes) -> Image.Image:
    return Image.frombytes("L", SIZE, data)


def _box(across: int, down: int) -> tuple[int, int, int, int]:
    return _EDGE + across, _EDGE + down, SIZE[0] - _EDGE + across, SIZE[1] - _EDGE + down
