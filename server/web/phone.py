"""The teacher's page on a phone: the page itself, its worker that keeps it for times without signal, its manifest."""

import hashlib
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, json, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from server.security import HEADERS, LOCALES, choose_locale, school
from server.web.access import public
from server.web.phone_words import PAGE, texts

blueprint = APIBlueprint("phone", __name__, url_prefix="/phone", enable_openapi=False)
STATIC = Path(__file__).resolve().parent.parent / "static"
SHEETS = ("office.css", "works.css", "phone/phone.css")
ICONS = ("favicon.svg", "boat.svg", "phone/boat-192.png", "phone/boat-512.png", "phone/boat-maskable-512.png",
         "phone/boat-180.png")  # fmt: skip
WORKER = "phone/worker.js"
POLICY = HEADERS["Content-Security-Policy"].replace("img-src 'self' data:", "img-src 'self' data: blob:")


@blueprint.get("/")
@public
def page() -> Response:
    """The page: no names, nothing of the school; those come by the device's signature and stay on the phone."""
    response = Response(_shell(choose_locale()))
    response.headers["Content-Security-Policy"] = f"{POLICY}; worker-src 'self'"
    response.headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=(self)"
    return response


@blueprint.get("/worker.js")
@public
def worker() -> Response:
    """The service worker; it changes when anything it keeps has changed, and only then."""
    head = f"const VERSION = {json.dumps(_version())};\nconst SHELL = {json.dumps(_addresses())};\n"
    response = Response(head + (STATIC / WORKER).read_text(encoding="utf-8"), mimetype="text/javascript")
    response.headers["Service-Worker-Allowed"] = url_for("phone.page")
    return response


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """How the page is called and looks on the phone's home screen."""
    icons = [
        {"src": url_for("static", filename=f"phone/boat-{name}.png"), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": purpose}
        for name, size, purpose in (("192", 192, "any"), ("512", 512, "any"), ("maskable-512", 512, "maskable"))
    ]  # fmt: skip
    told = {
        "id": url_for("phone.page"), "name": f"{_('Korablik')}: {_('Returned works')}", "short_name": _("Korablik"),
        "lang": choose_locale(),
        "start_url": url_for("phone.page"), "scope": url_for("phone.page"), "display": "standalone",
        "background_color": "#f3f7fa", "theme_color": "#ffffff", "icons": icons,
    }  # fmt: skip
    return Response(json.dumps(told), mimetype="application/manifest+json")


def _shell(locale: str) -> str:
    row = school()
    languages = [code for code in LOCALES if code != "kk" or (row and code in row.languages)]
    # data must not end the element it stands in
    words = json.dumps(texts(languages), ensure_ascii=False).replace("<", "\\u003c")
    return render_template("phone/page.html", texts=Markup(words), page=PAGE, locale=locale, sheets=SHEETS)


def _modules() -> list[str]:
    return sorted(f"phone/{path.name}" for path in (STATIC / "phone").glob("*.js") if path.name != "worker.js")


def _addresses() -> list[str]:
    """Everything the page needs to open without signal."""
    files = [*SHEETS, *ICONS, *_modules()]
    return [url_for("phone.page"), url_for("phone.manifest"), *(url_for("static", filename=name) for name in files)]


def _version() -> str:
    """The hash of all that the worker keeps, and of the worker."""
    digest = hashlib.sha256(_shell("").encode())
    for name in (*SHEETS, *ICONS, *_modules(), WORKER):
        digest.update(f"\n{name}\n".encode())
        digest.update((STATIC / name).read_bytes())
    return digest.hexdigest()[:16]
