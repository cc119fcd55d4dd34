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
import sync.wording
from sync.edition import Edition, read_edition
from sync.pages import group_pages

THEME = Path(__file__).parent / "theme"
WARM_TEXTS = 3000
_WARM: dict[str, str] = {}
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
        extra["changed"] = _read_json(folder / "changed.json").get(slug, {})
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
    cache, slug = config.extra.get("cache"), config.extra["group"]
    config.extra["rendered"] = Rendered(Path(cache, f"{slug}.json") if cache and slug else None)
    ours.filters["markdown"] = config.extra["rendered"].markdown
    return ours


def on_page_context(context: dict[str, Any], *, page: EditionPage, config: MkDocsConfig, nav: Any) -> dict[str, Any]:
    return {"title": page.title, "changed": page.changed, **page.data}


def on_post_build(*, config: MkDocsConfig) -> None:
    """The root also gets the file that tells the current edition: a script, so that it loads from a folder too."""
    config.extra["rendered"].close()
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
    env.filters["days"] = functools.partial(_days, babel)
    env.filters["klass"] = functools.partial(_klass, translations)
    env.filters["size"] = functools.partial(_size, babel, translations)
    style, script = (_compact((THEME / name).read_text("utf-8")) for name in ("reader.css", "today.js"))
    env.globals |= {"lang": str(babel).replace("_", "-"), "style": Markup(style), "script": Markup(script)}
    env.filters["markdown"] = sync.markdown.render  # each build puts its own in this place
    env.globals |= {"style_hash": _source_hash(style), "script_hash": _source_hash(script)}
    env.globals["parts"] = env.get_template("parts.html").module
    return env


def _date(locale: Locale, day: str, pattern: str) -> str:
    text = dates.format_date(datetime.date.fromisoformat(day), pattern, locale)
    return text[:1].upper() + text[1:] if pattern.startswith("E") else text


def _days(locale: Locale, first: str, last: str, month: str) -> str:
    """«7–11 декабря», «30 ноября – 4 декабря»; ``month``: MMMM, or MMM where it is narrow."""
    ends = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    return sync.wording.day_span(*ends, functools.partial(dates.format_date, locale=locale), month)


def _klass(translations: Any, name: str) -> str:
    """«7 «А»», as a class stands beside the word for it."""
    return sync.wording.class_name(name, translations.ugettext("%(grade)s%(letter)s"))


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


class Rendered:
    """HTML of Markdown texts by content hash: from this process, else from the group's file in the cache folder."""

    def __init__(self, file: Path | None):
        self.file = file
        self.kept: dict[str, str] = _read_json(file) if file else {}
        self.used: dict[str, str] = {}

    def markdown(self, text: str) -> Markup:
        key = hashlib.sha256(f"{RENDERING}\n{text}".encode()).hexdigest()
        html = _WARM.get(key) or self.kept.get(key)
        if html is None:
            html = sync.markdown.render(text)
        self.used[key] = html
        return Markup(html)

    def close(self) -> None:
        """Keep what this build used, and no more: in memory for other groups, on disk for the next process."""
        if len(_WARM) > WARM_TEXTS:
            _WARM.clear()
        _WARM.update(self.used)
        if self.file and self.used != self.kept:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            half = self.file.with_name(f"{self.file.name}.{os.getpid()}")
            half.write_text(json.dumps(self.used, ensure_ascii=False), "utf-8")
            half.replace(self.file)  # whole or not at all, whenever the process ends


def _read_json(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):  # nothing kept yet, or a damaged disk: rendered again
        return {}
