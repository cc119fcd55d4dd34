"""Names of reference rows: translated when shown, stored as their message id; and sources that several share."""

from typing import Any

from flask_babel import lazy_gettext as _l


def msgid(lazy: Any) -> str:
    """The English text of a lazy name, under which it is stored."""
    return lazy._args[0]


SOURCE_RU = msgid(_l("Order of the school journal, five-point scale (RU)"))
SOURCE_KZ = msgid(_l("Rules of criteria-based assessment (KZ)"))
SOURCE_OWN = msgid(_l("The school's own"))
