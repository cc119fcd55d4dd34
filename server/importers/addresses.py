"""Compares postal addresses as people write them: «ул. Садовая, д. 4» and «Садовая 4» are one place. Pure."""

import re
from dataclasses import dataclass

from server.importers.alphabets import mend_mixed
from server.importers.values import plain

_KINDS = frozenset(
    # Russian words and short forms for what a name is the name of; then Kazakh and English ones
    "ул улица пер переулок пр кт т прт просп проспект проезд ш шоссе б бул бульвар наб набережная пл площадь туп тупик "
    "д дом кв квартира к корп корпус стр строение с село п пос поселок пгт дер деревня хутор ст станица г гор город "
    "обл область р н рн район край респ республика мкр мкрн микрорайон им имени ком комната общ общежитие "
    "көшесі көше көш үй пәтер ауылы ауыл қаласы қала даңғылы данғылы ауданы аудан облысы мөлтек шағын ықшам "
    "street st house flat apt village town city".replace("ё", "е").split()
)
_ORDINAL = re.compile(r"\b(\d+)\s+(я|й|е|ая|ый|ой|ое|го|ші|шы|нші|ншы)\b")
_NUMBER = re.compile(r"\b(\d+)\s*([^\W\d_])?(?!\w)")
_BUILDING = re.compile(r"\b(\d+)\s*(?:к|корп|корпус|с|стр|строение)\s*(\d+)\b")
_POSTCODE = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True)
class Place:
    """What an address names: the words of its names without kinds, and house, building and flat in this order."""

    words: frozenset[str]
    numbers: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.words or self.numbers)


def read_place(address: str) -> Place:
    """The place of an address in any notation; an empty one for an empty address."""
    text = _ORDINAL.sub(r"\1\2", _POSTCODE.sub(" ", plain(mend_mixed(address))))
    text = _BUILDING.sub(r"\1 \2", text)
    numbers: list[str] = []

    def take(found: re.Match[str]) -> str:
        letter = found[2] or ""
        is_part = bool(letter) and letter not in _KINDS
        numbers.append(str(int(found[1])) + (letter if is_part else ""))
        return " " if is_part or not letter else f" {letter} "

    rest = _NUMBER.sub(take, text)
    return Place(frozenset(word for word in rest.split() if word not in _KINDS), tuple(numbers))


def same_place(one: Place, other: Place) -> bool:
    """Same house and flat, and one names no other street or settlement than the other, though perhaps fewer of them."""
    if not one or not other:
        return one == other
    fewer, more = sorted((one.words, other.words), key=len)
    return one.numbers == other.numbers and fewer <= more and bool(fewer or one.words == other.words)
