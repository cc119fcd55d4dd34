"""MkDocs hooks: one group of an edition → its pages. What a page holds is decided in sync.pages, its look in theme/."""

import base64
import datetime
import functools
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import jinja2
from babel import Locale, dates, numbers
from babel.support import Translations
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

import sync.markdown
from sync.edition import Edition, read_edition
from sync.pages import group_pages

THEME = Path(__file__).parent / "theme"
WARM_TEXTS = 3000
_WARM: dict[str, Markup] = {}
RENDERING = hashlib.sha256(Path(sync.markdown.__file__).read_bytes()).hexdigest()[:16]


class EditionPage(Page):
    """A page whose content is ready: MkDocs neither reads nor converts anything for it."""

    data: dict[str, Any]
    changed: int

    def read_source(self, config: MkDocsConfig) -> None:
        self.markdown = ""

    def render(self, config: MkDocsConfig, files: Files) -> None:
        self.content = ""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Read the edition, unless the caller did: ``extra.read`` (Edition) and ``extra.changed`` (of this group)."""
    extra = config.extra
    if not extra.get("edition"):
        raise PluginError("extra.edition is empty: it must name the folder of an edition.")
    folder, slug = Path(extra["edition"]), str(extra.get("group") or "")
    extra["group"] = slug
    if "read" not in extra:
        extra["read"] = read_edition(folder)
        extra["changed"] = _changed(folder).get(slug, {})
    if slug and slug not in extra["read"].content["groups"]:
        raise PluginError(f"The edition {folder.name} has no group {slug}.")
    config.theme.static_templates.clear()  # no 404.html and no sitemap: the site is read from a folder, too
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    edition, slug, changed = config.extra["read"], config.extra["group"], config.extra["changed"]
    pages = group_pages(edition.content, slug) if slug else {"index.html": _root(edition)}
    newest = {"number": edition.number}
    return Files(_file(config, path, page, changed.get(path, newest)["number"]) for path, page in pages.items())


def on_env(env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    ours = _environment_of(config)
    ours.filters["markdown"] = functools.partial(_markdown, cache=config.extra.get("cache"))
    return ours


def on_page_context(context: dict[str, Any], *, page: EditionPage, config: MkDocsConfig, nav: Any) -> dict[str, Any]:
    return {"title": page.title, "changed": page.changed, **page.data}


def on_post_build(*, config: MkDocsConfig) -> None:
    """The one file that tells the current edition; a script, so that it loads from a folder too."""
    if config.extra["group"]:
        return
    edition, template = config.extra["read"], _environment_of(config).get_template("edition.js.html")
    text = template.render(number=edition.number, issued_at=edition.issued_at)
    Path(config.site_dir, "edition.js").write_text(_compact(text), "utf-8", newline="\n")


def _file(config: MkDocsConfig, path: str, page: dict[str, Any], number: int) -> File:
    source = path.removesuffix(".html") + ".md"
    file = File.generated(config, source, content="", inclusion=InclusionLevel.NOT_IN_NAV)
    ready = EditionPage(page["title"], file, config)
    ready.meta = {"template": page["template"]}
    ready.data, ready.changed = page["data"], number
    return file


def _changed(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "changed.json").read_bytes())
    except FileNotFoundError:
        return {}


def _root(edition: Edition) -> dict[str, Any]:
    school, groups = edition.content["school"], edition.content["groups"]
    ordered = sorted(groups.items(), key=lambda item: (item[1]["grade"] or 99, item[1]["name"]))
    rows = [{"slug": slug, "group": group["name"], "kind": group["kind"]} for slug, group in ordered]
    data = {"school": school["name"], "address": school["address"], "hotline": school["hotline"], "groups": rows}
    return {"template": "root.html", "title": school["name"], "data": data}


def _environment_of(config: MkDocsConfig) -> jinja2.Environment:
    locale = config.extra["read"].content["school"]["locale"]
    return environment(locale, os.path.abspath(config.extra["locale_dir"]))


@functools.lru_cache(maxsize=4)
def environment(locale: str, locale_dir: str) -> jinja2.Environment:
    """Compiled templates of one language; kept while the process lives."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(THEME),
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    babel = Locale.parse(locale.replace("-", "_"))
    translations = Translations.load(locale_dir, [str(babel), babel.language])
    env.install_gettext_translations(translations, newstyle=True)
    env.filters["date"] = functools.lru_cache(512)(functools.partial(_date, babel))
    env.filters["size"] = functools.partial(_size, babel, translations)
    style, script = (_compact((THEME / name).read_text("utf-8")) for name in ("reader.css", "today.js"))
    env.globals |= {"lang": str(babel).replace("_", "-"), "style": Markup(style), "script": Markup(script)}
    env.filters["markdown"] = _markdown
    env.globals |= {"style_hash": _source_hash(style), "script_hash": _source_hash(script)}
    env.globals["parts"] = env.get_template("parts.html").module
    return env


def _date(locale: Locale, day: str, pattern: str) -> str:
    text = dates.format_date(datetime.date.fromisoformat(day), pattern, locale)
    return text[:1].upper() + text[1:] if pattern.startswith("E") else text


def _size(locale: Locale, translations: Any, size_kb: float) -> str:
    """ "61 MB" or "45 kB", in the words of the language."""
    if size_kb >= 1000:
        return translations.ugettext("%(size)s MB") % {
            "size": numbers.format_decimal(size_kb / 1000, "#,##0.#", locale)
        }
    return translations.ugettext("%(size)s kB") % {"size": numbers.format_decimal(size_kb, "#,##0", locale)}


def _compact(text: str) -> str:
    """Style or script without the blanks that only people need. Sources keep each statement whole on its lines."""
    lines = (re.sub(r"^//.*", "", line.strip()) for line in re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _markdown(text: str, *, cache: str | None) -> Markup:
    """HTML of a Markdown text: from memory, else from the cache folder, else rendered and kept in both."""
    key = hashlib.sha256(f"{RENDERING}\n{text}".encode()).hexdigest()
    if key not in _WARM:
        if len(_WARM) >= WARM_TEXTS:
            _WARM.clear()
        html = _kept(text, Path(cache, key[:2], key)) if cache else sync.markdown.render(text)
        _WARM[key] = Markup(html)
    return _WARM[key]


def _kept(text: str, place: Path) -> str:
    try:
        return place.read_text("utf-8")
    except FileNotFoundError:
        html = sync.markdown.render(text)
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f"{place.name}.{os.getpid()}")
        half.write_text(html, "utf-8", newline="\n")
        half.replace(place)  # whole or not at all, whenever the process ends
        return html
