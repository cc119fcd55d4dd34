"""A student's personal page on one sheet: address and QR hidden in the fold, the name outside."""

from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup

from printables.checks import check_letters, composed
from printables.compose import environment
from printables.qr import svg
from printables.render import render
from printables.roster import Student
from printables.texts import texts_of
from sync.sealed import group_key
from sync.wording import class_name


@dataclass(frozen=True)
class Slip:
    """What the sheet says. ``key``: the 26 letters; ``entrance``: the address before ``#``, "" for none;
    ``phone``: the hotline."""

    school: str
    phone: str
    name: str
    group_name: str
    key: str
    entrance: str


def slip_pdf(slip: Slip, locale: str, locale_dir: Path) -> bytes:
    """One page in three panels: two are folded face to face, the third back. Raises PrintError ``font_lacks``."""
    check_letters(Student("", slip.name, slip.name, slip.group_name, ""))
    slip = replace(slip, school=composed(slip.school), name=composed(slip.name), group_name=composed(slip.group_name))
    texts = texts_of(locale, locale_dir)
    group = texts.gettext("class %(name)s",
                          name=class_name(slip.group_name, texts.gettext("%(grade)s%(letter)s")))  # fmt: skip
    picture = Markup(svg(f"{slip.entrance}#{slip.key}", texts.gettext("Personal page"))) if slip.entrance else ""
    html = (
        environment(texts)
        .get_template("private_slip.html")
        .render(
            lang=str(texts.locale).replace("_", "-"),
            slip=slip,
            group=group,
            letters=group_key(slip.key),
            picture=picture,
        )
    )
    return render(html).pdf
