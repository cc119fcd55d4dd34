"""The frame of documents on paper: one family of templates, foot and page numbers for registers, plans, journals."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from printables.checks import composed

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The templates of documents."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip


def document(
    template: str, *, lang: str, title: str, page_of: tuple[str, str, str], foot: str = "", landscape: bool = False,
    **values: Any,
) -> str:  # fmt: skip
    """A document as HTML for the press: a template that extends document.html, filled.

    ``page_of``: the words before, between and after page and pages; ``foot`` stands left of them.
    """
    filled = environment().get_template(template).render(
        lang=lang, title=title, page_of=page_of, foot=foot, landscape=landscape, **values
    )  # fmt: skip
    return composed(filled)
