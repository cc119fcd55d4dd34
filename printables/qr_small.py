"""The QR of paper, version 1 with level M, by arithmetic: a pack has eleven of them.

Source: ISO/IEC 18004. Every module of such a QR is a sum, modulo 2, of bits of the text, so that the QR is the sum of
ready drawings: one for each value of each of its 16 bytes (which brings its part of the error correction along), and
one of what all QR with the same mask have. A drawing is a number whose bits are modules, 24 to a row of 21, the
first at the upper left: the three spare bits keep rows apart, and are the same in a row of three whole bytes.
"""

from functools import cache

MODULES, STRIDE, BYTES, CORRECTION = 21, 24, 16, 10
MOST = 20  # letters
EASY = 400  # a mask with such a penalty is taken at once: the best of eight has 345 on average, any of them 445
_LETTERS = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_MASKS = (
    lambda y, x: (y + x) % 2 == 0, lambda y, x: y % 2 == 0, lambda y, x: x % 3 == 0, lambda y, x: (y + x) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0, lambda y, x: y * x % 2 + y * x % 3 == 0,
    lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0, lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0,
)  # fmt: skip
_GENERATOR = (216, 194, 159, 111, 199, 94, 95, 113, 157, 193)  # of ten correction bytes, without its leading 1
_FINDER = (0b1111111, 0b1000001, 0b1011101, 0b1011101, 0b1011101, 0b1000001, 0b1111111)


def small_qr(text: str) -> int:
    """The modules of a text, a dark one is 1. Raises ValueError for what a QR of version 1 cannot hold."""
    drawing = 0
    for table, byte in zip(_tables(), _data(text), strict=True):
        drawing ^= table[byte]
    best, least = 0, 1 << 20
    for frame in _frames():
        penalty = _penalty(drawing ^ frame)
        if penalty <= EASY:
            return drawing ^ frame
        if penalty < least:
            best, least = drawing ^ frame, penalty
    return best


def _data(text: str) -> bytes:
    """The 16 bytes that say the text: alphanumeric mode (7.4.4), padded (7.4.9, 7.4.10)."""
    try:
        values = [_LETTERS[letter] for letter in text]
    except KeyError as error:
        raise ValueError("a QR of version 1 holds digits and capital letters") from error
    if len(values) > MOST:
        raise ValueError("a QR of version 1 holds 20 alphanumeric characters")
    bits, length = 0b0010 << 9 | len(values), 13
    for first, second in zip(values[::2], values[1::2], strict=False):
        bits, length = bits << 11 | first * 45 + second, length + 11
    if len(values) % 2:
        bits, length = bits << 6 | values[-1], length + 6
    length, bits = min(8 * BYTES, length + 4), bits << min(4, 8 * BYTES - length)
    bits <<= -length % 8
    written = bits.to_bytes((length + 7) // 8)
    return (written + b"\xec\x11" * 8)[:BYTES]


@cache
def _tables() -> list[list[int]]:
    """Per byte of data and its value the drawing: sums of the drawings of its bits."""
    places = _places()
    tables = []
    for index in range(BYTES):
        table = [0] * 256
        for bit in range(8):
            table[1 << bit] = _drawn(index, 1 << bit, places)
        for value in range(256):
            lowest = value & -value
            table[value] = table[value ^ lowest] ^ table[lowest]
        tables.append(table)
    return tables


def _drawn(index: int, value: int, places: list[int]) -> int:
    """A message of zeros but for one byte, with its correction, where its bits stand."""
    data = bytearray(BYTES)
    data[index] = value
    bits = int.from_bytes(data + _correction(value, BYTES - index))
    return sum(1 << place for number, place in enumerate(reversed(places)) if bits >> number & 1)


def _correction(value: int, places: int) -> bytes:
    """Of a byte, so many places before the end of the message, and zeros: the remainder of the division by the
    generator, over the field of 256 with the polynomial 285 (7.5)."""
    rest = bytearray(CORRECTION)
    for byte in [value, *[0] * (places - 1)]:
        factor = byte ^ rest.pop(0)
        rest.append(0)
        for place, coefficient in enumerate(_GENERATOR):
            rest[place] ^= _times(factor, coefficient)
    return bytes(rest)


@cache
def _times(first: int, second: int) -> int:
    product = 0
    while second:
        product ^= first * (second & 1)
        first = first << 1 ^ (285 if first & 128 else 0)
        second >>= 1
    return product


def _bit(y: int, x: int) -> int:
    return STRIDE * MODULES - 1 - STRIDE * y - x


def _reserved(y: int, x: int) -> bool:
    """Whether a module belongs to finders, timing or format (6.3, 7.9)."""
    near, far = 9, MODULES - 8
    return (y < near and (x < near or x >= far)) or (y >= far and x < near) or y == 6 or x == 6


def _places() -> list[int]:
    """The bits of data in their order: two columns at a time, upwards and downwards, from the right (7.7.3)."""
    places = []
    for turn, right in enumerate([20, 18, 16, 14, 12, 10, 8, 5, 3, 1]):
        rows = range(MODULES) if turn % 2 else reversed(range(MODULES))
        places += [_bit(y, x) for y in rows for x in (right, right - 1) if not _reserved(y, x)]
    return places


@cache
def _frames() -> list[int]:
    """Per mask what every QR with it has: finders, timing, format (7.9.1), and the mask over the data (7.8.2)."""
    frames = []
    for number, mask in enumerate(_MASKS):
        frame = sum(
            1 << _bit(y, x) for y in range(MODULES) for x in range(MODULES) if not _reserved(y, x) and mask(y, x)
        )
        frames.append(frame | _fixed() | _format(number))
    return frames


def _fixed() -> int:
    fixed = 1 << _bit(MODULES - 8, 8)
    for top, left in (0, 0), (0, MODULES - 7), (MODULES - 7, 0):
        for y, row in enumerate(_FINDER):
            fixed |= sum(1 << _bit(top + y, left + x) for x in range(7) if row >> x & 1)
    for place in range(8, MODULES - 8, 2):
        fixed |= 1 << _bit(6, place) | 1 << _bit(place, 6)
    return fixed


def _format(mask: int) -> int:
    """Level M and the mask, with their ten bits of correction, twice."""
    rest = mask << 10  # level M is 00
    for shift in range(4, -1, -1):
        if rest >> (shift + 10) & 1:
            rest ^= 0b10100110111 << shift
    word = (mask << 10 | rest) ^ 0b101010000010010
    down = [(y, 8) for y in (0, 1, 2, 3, 4, 5, 7, 8)] + [(8, x) for x in (7, 5, 4, 3, 2, 1, 0)]
    along = [(8, MODULES - 1 - number) for number in range(8)] + [(y, 8) for y in range(MODULES - 7, MODULES)]
    return sum(
        1 << _bit(*place)
        for way in (down, along)
        for number, place in enumerate(way)
        if word >> number & 1
    )  # fmt: skip


@cache
def _all() -> int:
    return sum(1 << _bit(y, x) for y in range(MODULES) for x in range(MODULES))


def _penalty(dark: int) -> int:
    """How hard a QR is to read (7.8.3), counted for all modules at once."""
    light = _all() ^ dark
    score = 10 * int(abs(100 * dark.bit_count() / MODULES**2 - 50) / 5)
    for some in dark, light:
        across, down = some & some >> 1, some & some >> STRIDE
        five = across & across >> 2 & some >> 4
        score += five.bit_count() + 2 * (five & ~(five >> 1)).bit_count()
        five = down & down >> 2 * STRIDE & some >> 4 * STRIDE
        score += five.bit_count() + 2 * (five & ~(five >> STRIDE)).bit_count()
        score += 3 * (across & across >> STRIDE).bit_count()
    for step in 1, STRIDE:
        two = dark & dark >> step
        like = dark & light >> step & two >> 2 * step & dark >> 4 * step & light >> 5 * step & dark >> 6 * step
        white = light & light >> step
        white &= white >> 2 * step
        score += 40 * (like & (white << 4 * step | white >> 7 * step)).bit_count()
    return score
