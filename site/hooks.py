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
import sync.pictures
import sync.search
import sync.wording
from sync.edition import Edition, read_edition
from sync.pages import GUIDES, group_pages, languages

THEME = Path(__file__).parent / "theme"
GUIDE = Path(sync.markdown.__file__).parents[1] / "content" / "guide"  # of the product, part of the look
# in this order one script
WORKER = ("../search.js", "finding.js", "ed25519.js", "checking.js", "fetching.js", "keeping.js", "worker.js")
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
        extra["news"] = _read_json(folder / "news.json")
    school = extra["read"].content["school"]
    extra["language"] = extra.get("language") or school["locale"]
    if slug and slug not in extra["read"].content["groups"]:
        raise PluginError(f"The edition {folder.name} has no group {slug}.")
    config.theme.static_templates.clear()  # no 404.html and no sitemap: the site is read from a folder, too
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    edition, slug, changed = config.extra["read"], config.extra["group"], config.extra["changed"]
    language = config.extra["language"]
    news = config.extra["news"].get(slug, ())
    pages = group_pages(edition.content, slug, language, news) if slug else _root_pages(edition, config)
    newest = {"number": edition.number}
    config.extra |= {"pages": pages, "written": {}}
    config.extra["frame"] = pages["contacts.html"]["data"]["frame"] if slug else {}
    return Files(_file(config, path, page, changed.get(path, newest)["number"]) for path, page in pages.items())


def on_env(env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    ours = _environment_of(config)
    cache, slug = config.extra.get("cache"), config.extra["group"]  # of a text; the same in every language
    edition, language = config.extra["read"], config.extra["language"]
    up = "../" if language == edition.content["school"]["locale"] else "../../"
    file = Path(cache, f"{slug}.json") if cache and slug else None
    config.extra["rendered"] = Rendered(file, edition.content.get("images", {}), f"{up}{sync.pictures.FOLDER}/")
    ours.filters["markdown"] = config.extra["rendered"].markdown
    ours.globals["once"] = _Once()
    return ours


def on_page_context(context: dict[str, Any], *, page: EditionPage, config: MkDocsConfig, nav: Any) -> dict[str, Any]:
    return {"title": page.title, "changed": page.changed, "here": page.file.dest_uri, **page.data}


def on_post_page(output: str, *, page: EditionPage, config: MkDocsConfig) -> None:
    config.extra["written"][page.file.dest_uri] = output


def on_post_build(*, config: MkDocsConfig) -> None:
    """A group also gets its search index and manifest; the root what keeps groups on phones and what tells the edition.

    Scripts, so that they load from a folder too.
    """
    config.extra["rendered"].close()
    if config.extra["group"]:
        text = _finding() + sync.search.calls(config.extra["pages"])
        _write(Path(config.site_dir, sync.search.FILE), text)
        return _write_manifest(config)
    _write(Path(config.site_dir, "me/me.js"), _compact((THEME / "me/me.js").read_text("utf-8")))
    texts = {code: _texts(code, config) for code in languages(config.extra["read"].content["school"])}
    version = hashlib.sha256(json.dumps(texts).encode())
    for file in sorted(path for path in THEME.rglob("*") if path.is_file()):
        version.update(file.read_bytes())
    edition, template = config.extra["read"], _environment_of(config).get_template("edition.js.html")
    text = template.render(number=edition.number, issued_at=edition.issued_at, texts=Markup(_script_json(
        {code: said["edition"] for code, said in texts.items()})), version=version.hexdigest()[:16])  # fmt: skip
    _write(Path(config.site_dir, "edition.js"), _compact(text))
    _write_app(Path(config.site_dir), texts, version.hexdigest()[:16])


def _texts(language: str, config: MkDocsConfig) -> dict[str, Any]:
    env = environment(language, os.path.abspath(config.extra["locale_dir"]))
    return json.loads(env.get_template("reader.json.html").render())


def _script_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")


def _write_manifest(config: MkDocsConfig) -> None:
    edition, slug, env = config.extra["read"], config.extra["group"], _environment_of(config)
    named = f"korablik/{edition.content['school']['id']}/{slug}/{config.extra['language']}"
    text = env.get_template("app.webmanifest.html").render(frame=config.extra["frame"], id=named)
    _write(Path(config.site_dir, "app.webmanifest"), _script_json(json.loads(text)) + "\n")


def _write_app(folder: Path, texts: dict[str, dict[str, Any]], version: str) -> None:
    """The files of theme/app: the worker as one script (a worker is asked for often, and must be of one piece), the
    page's script with what it says, and all others as they are."""
    app = THEME / "app"
    said = {kind: _script_json({code: text[kind] for code, text in texts.items()}) for kind in ("reader", "worker")}
    more = sorted(file.relative_to(folder).as_posix() for file in folder.glob("*/*"))  # me/: kept after a week's pages
    head = f'const VERSION = "{version}";\nconst TEXTS = {said["worker"]};\nconst MORE = {_script_json(more)};\n'
    sources = ((app / name).read_text("utf-8") for name in WORKER)
    _write(folder / "worker.js", head + "".join(_compact(re.sub(r" // .*", "", source)) for source in sources))
    head = f'var KORABLIK = {{version: "{version}", texts: {said["reader"]}}};\n'
    _write(folder / "reader.js", head + _compact((app / "reader.js").read_text("utf-8")))
    for file in app.rglob("*"):
        if file.is_file() and file.name not in (*WORKER, "reader.js"):
            target = folder / file.relative_to(app)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())


def _file(config: MkDocsConfig, path: str, page: dict[str, Any], number: int) -> File:
    source = path.removesuffix(".html") + ".md"
    file = File.generated(config, source, content="", inclusion=InclusionLevel.NOT_IN_NAV)
    ready = EditionPage(page["title"], file, config)
    ready.meta = {"template": page["template"]}
    ready.data, ready.changed = page["data"], number
    return file


def _root_pages(edition: Edition, config: MkDocsConfig) -> dict[str, dict[str, Any]]:
    """The list of classes, the user guide in each of its languages, and the page that opens what is sealed."""
    school = edition.content["school"]
    pages = {"index.html": _root(edition), "me/index.html": _private(edition, config)}
    for code in GUIDES:
        others = [{"language": one, "path": f"guide-{one}.html"} for one in GUIDES if one != code]
        data = {"own": code, "others": others, "school": school["name"], "phone": school["hotline"]["phone"],
                "hours": school["hotline"]["hours"]}  # fmt: skip
        pages[f"guide-{code}.html"] = {"template": "guide-root.html", "title": school["name"], "data": data}
    return pages


def _private(edition: Edition, config: MkDocsConfig) -> dict[str, Any]:
    """The page that opens what is sealed; it speaks every language of the school."""
    school, texts = edition.content["school"], {}
    for language in languages(school):
        locale = Locale.parse(language.replace("-", "_"))
        names = {"months": [locale.months["format"]["wide"][month] for month in range(1, 13)],
                 "weekdays": [locale.days["format"]["abbreviated"][day] for day in range(7)]}  # fmt: skip
        template = environment(language, os.path.abspath(config.extra["locale_dir"])).get_template("me/texts.html")
        texts[language] = json.loads(template.render(names))
    data = {"school": school["name"], "hotline": school["hotline"], "texts": texts}
    return {"template": "me/index.html", "title": school["name"], "data": data}


def _root(edition: Edition) -> dict[str, Any]:
    school, groups = edition.content["school"], edition.content["groups"]
    ordered = sorted(groups.items(), key=lambda item: (item[1]["grade"] or 99, item[1]["name"]))
    rows = [{"slug": slug, "group": group["name"], "kind": group["kind"]} for slug, group in ordered]
    data = {"school": school["name"], "address": school["address"], "hotline": school["hotline"], "groups": rows}
    return {"template": "root.html", "title": school["name"], "data": data}


def _environment_of(config: MkDocsConfig) -> jinja2.Environment:
    return environment(config.extra["language"], os.path.abspath(config.extra["locale_dir"]))


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
    kept = functools.lru_cache(4096)  # every page asks for the same words
    env.install_gettext_callables(kept(translations.ugettext), kept(translations.ungettext), newstyle=True)
    env.filters["date"] = functools.lru_cache(512)(functools.partial(_date, babel))
    env.filters["days"] = functools.partial(_days, babel)
    env.filters["klass"] = functools.partial(_klass, translations)
    env.filters["language"] = _own_name
    env.globals["guide"] = _guide
    env.filters["size"] = functools.partial(_size, babel, translations)
    env.filters["markdown"] = sync.markdown.render  # each build puts its own in this place
    env.globals |= {"lang": str(babel).replace("_", "-"), "sheet": _sheet, "script": _script}
    env.globals["once"] = _Once()  # each build puts its own in this place
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


def _own_name(code: str) -> str:
    """«Қазақ тілі»: a language in its own words."""
    locale = Locale.parse(code)
    name = locale.get_display_name(locale) or code
    return name[:1].upper() + name[1:]


def _guide(code: str, phone: str, hours: str) -> dict[str, str]:
    """The user guide in a language: ``title`` and ``body`` (Markdown) with the school's hotline, where it has one."""
    lines = (GUIDE / f"{code}.md").read_text("utf-8").split("\n")
    known = phone + (f", {hours}" if hours else "")
    told = [line.replace("{hotline}", known) for line in lines if phone or "{hotline}" not in line]
    return {"title": told[0].removeprefix("# "), "body": "\n".join(told[1:])}


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


@functools.cache
def _sheet(pieces: str, own: str = "") -> dict[str, Markup | str]:
    """The style of a page: ``{"text", "hash"}`` of the core and of the pieces named (see reader.css), in its order.

    ``own``: a sheet of the theme that comes after them.
    """
    core, *named = re.split(r"/\* piece ([a-z]+)", (THEME / "reader.css").read_text("utf-8"))
    known = dict(zip(named[::2], named[1::2], strict=True))
    if unknown := set(pieces.split()) - set(known):
        raise KeyError(f"reader.css has no piece {', '.join(sorted(unknown))}")
    kept = [core, *(f"/*{text}" for name, text in known.items() if name in pieces.split())]
    kept += [(THEME / own).read_text("utf-8")] if own else []
    return _inline(_compact("".join(kept)).replace("\n", "").replace(";}", "}"))


@functools.cache
def _script(name: str) -> dict[str, Markup | str]:
    """An inline script of the theme: ``{"text", "hash"}``."""
    return _inline(_compact((THEME / name).read_text("utf-8")).strip())


@functools.cache
def _finding() -> str:
    return _compact((THEME / sync.search.FILE).read_text("utf-8"))


def _inline(text: str) -> dict[str, Markup | str]:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"text": Markup(text), "hash": f"sha256-{digest}"}


class _Once:
    """What several pages of a site share, drawn once a build: ``once(macro, ...)``, equal for equal arguments."""

    def __init__(self) -> None:
        self.drawn: dict[tuple[str, str], Markup] = {}

    def __call__(self, macro: Any, *values: Any) -> Markup:
        key = macro.name, json.dumps(values, sort_keys=True)
        if key not in self.drawn:
            self.drawn[key] = macro(*values)
        return self.drawn[key]


class Rendered:
    """HTML of Markdown texts by content hash: from this process, else from the group's file in the cache folder."""

    def __init__(self, file: Path | None, images: sync.pictures.Known, at: str):
        self.file, self.images, self.at = file, images, at
        self.kept: dict[str, str] = _read_json(file) if file else {}
        self.used: dict[str, str] = {}

    def markdown(self, text: str) -> Markup:
        key = hashlib.sha256(f"{RENDERING}\n{text}".encode()).hexdigest()
        html = _WARM.get(key) or self.kept.get(key)
        if html is None:
            html = sync.markdown.convert(text)
        self.used[key] = html
        return Markup(sync.pictures.place(html, self.images, self.at))

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
