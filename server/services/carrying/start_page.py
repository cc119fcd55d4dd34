"""The first page of a stick: the classes on it, and each one's two weeks as one file for phones."""

import re
from collections.abc import Mapping
from html import escape

from babel import Locale
from flask_babel import gettext as _


def start_page(root: str, weeks: Mapping[str, Mapping[str, str]]) -> str:
    """``root``: the public root's page with the stick's classes alone; ``weeks``: class → {language: file}."""
    rows = []
    for slug, files in sorted(weeks.items(), key=lambda item: root.find(f'href="{item[0]}/')):  # as the classes above
        named = re.search(rf'\shref="{re.escape(slug)}/index\.html"[^>]*>(.*?)</a>', root, re.DOTALL)
        name = named[1] if named else escape(slug)
        for number, (language, file) in enumerate(files.items()):
            lang = f' lang="{language}" hreflang="{language}"' if number else ""
            more = f" · {escape(_own_name(language))}" if number else ""
            rows.append(f'<li><a class="card" href="{escape(file)}"{lang}>{name}{more}</a></li>\n')
    if not rows:
        return root
    title = _("On a phone: the two weeks as one file")
    advice = _("Copy the file to the phone or send it by a messenger; it opens without internet.")
    section = (
        f'<section><h2>{escape(title)}</h2>\n<p>{escape(advice)}</p>\n'
        f'<ul class="grid">\n{"".join(rows)}</ul></section>\n'
    )
    at = root.rfind("</main>")
    return root[:at] + section + root[at:] if at >= 0 else root


def _own_name(code: str) -> str:
    name = Locale.parse(code).get_display_name() or code
    return name[:1].upper() + name[1:]
