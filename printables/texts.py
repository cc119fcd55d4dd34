"""The school's language on paper: translated texts, dates and counts, without Flask."""

import datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.support import NullTranslations, Translations


@cache
def texts_of(locale: str, locale_dir: Path) -> "Texts":
    """The texts of a locale, read once in a process."""
    return Texts(locale, locale_dir)


class Texts:
    """Texts and dates of one locale. A locale without a catalogue prints the English texts."""

    def __init__(self, locale: str, locale_dir: Path):
        self.locale = Locale.parse(locale.replace("-", "_"))
        self.translations: NullTranslations = Translations.load(str(locale_dir), [str(self.locale)])

    def gettext(self, message: str, **values: object) -> str:
        """The translated text with its ``%(name)s`` filled."""
        return self.translations.gettext(message) % values if values else self.translations.gettext(message)

    def ngettext(self, singular: str, plural: str, num: int, **values: object) -> str:
        """The form for ``num``, which also fills ``%(num)d``."""
        return self.translations.ngettext(singular, plural, num) % {"num": num, **values}

    def day(self, date: datetime.date) -> str:
        """«среда, 9 декабря»."""
        return format_date(date, self._order("EEEE, d MMMM", "EEEE, MMMM d"), self.locale)

    def day_short(self, date: datetime.date) -> str:
        """«ср, 9 декабря»: after a preposition, where the full name of the day would need a case."""
        return format_date(date, self._order("EEE, d MMMM", "EEE, MMMM d"), self.locale)

    def date(self, date: datetime.date) -> str:
        """«9 дек.», where there is little room."""
        return format_date(date, self._order("d MMM", "MMM d"), self.locale)

    def column(self, date: datetime.date) -> str:
        """«Ср 9»: the head of a column."""
        text = format_date(date, "EEE d", self.locale)
        return text[:1].upper() + text[1:]

    def week(self, first: datetime.date, last: datetime.date) -> str:
        """«7–11 декабря 2026», or with both months."""
        if self._order("d", "M") == "M":
            begin, end = ("MMMM d", "d, y") if first.month == last.month else ("MMMM d", "MMMM d, y")
        else:
            begin, end = ("d", "d MMMM y") if first.month == last.month else ("d MMMM", "d MMMM y")
        dash = "–" if first.month == last.month else " – "
        if first == last:
            return format_date(last, self._order("d MMMM y", "MMMM d, y"), self.locale)
        return format_date(first, begin, self.locale) + dash + format_date(last, end, self.locale)

    def _order(self, day_first: str, month_first: str) -> str:
        return month_first if str(self.locale) in ("en", "en_US") else day_first
