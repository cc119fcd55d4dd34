"""The words of the command line, in the language of the terminal (LC_ALL, LC_MESSAGES, LANG); Russian by default."""

import os
from pathlib import Path

from babel.support import Translations

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"


def language(environ: "os._Environ[str] | dict[str, str]") -> str:
    """ru, en or kk. Neutral settings (C, POSIX, none) mean the school's usual language: Russian."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        code = environ.get(name, "")[:2].lower()
        if code in ("ru", "en", "kk"):
            return code
    return "ru"


def _(text: str) -> str:
    """The text in the terminal's language."""
    return _catalogue.gettext(text)


_catalogue = Translations.load(str(TRANSLATIONS), [language(os.environ)])
