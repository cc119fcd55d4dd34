"""The demonstration's paper on its way: three stops, families on paper at each, registers, one of them handed over."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from server import store
from server.extensions import db
from server.models import Stop
from server.services.delivery import handing, register_view, registers, steps, stop_list, stops
from server.services.delivery.registers import Doer
from server.services.delivery.stops import Words

STOPS = (
    Words("Дальний Кордон", "village", "Лесникова Н. И., фельдшерский пункт, 8 (999) 000-00-31",
          "Передать до обеда: после двух пункт закрыт.", 5),
    Words("Автобус на Заречье", "driver", "Дорогин П. С., водитель, 8 (999) 000-00-32", "", 3),
    Words("Почта, посёлок Рябинки", "post", "отделение связи, 8 (999) 000-00-33", "Пакеты сдать до 16:00.", 9),
)  # fmt: skip
TAKEN_BY = "Дорогин П. С."


def furnish(now: datetime, today: date) -> None:
    """Write stops and who belongs to them down once: families on paper, brothers and sisters together but for some,
    whom the office then finds among the proposals."""
    if db.session.scalar(select(Stop.id).limit(1)) is not None:
        return
    by = Doer(None, None, now, today)
    ids = [stops.add(words, by) for words in STOPS]
    with store.snapshot() as session:
        kids = stop_list.kids(session, today, None)
    homes: dict[str, list[str]] = {}
    for kid in kids:
        if kid.paper:
            homes.setdefault(kid.household or kid.id, []).append(kid.id)
    for number, own in enumerate(homes.values()):
        stops.place(own, ids[number % len(ids)], by)


def send(week: str, now: datetime, today: date, zone: ZoneInfo) -> int:
    """Registers of a printed week; the bus has taken its packs along. Returns how many registers there are."""
    by = Doer(None, None, now, today)
    registers.make_registers(week, by)
    with store.snapshot() as session:
        lines = register_view.of_week(session, week, today, None)
    for one in lines:
        if one.kind == "driver" and one.state == "made":
            at = handing.moment_of(today, by, zone)
            handing.hand_over(one.id, TAKEN_BY, at - timedelta(minutes=5), steps.REGISTER, by)
    return len(lines)
