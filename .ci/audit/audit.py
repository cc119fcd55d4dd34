"""Runs the auditors over every page type of the reader and prints one table: `make audit`. Exit 1 for any finding.

Lighthouse, axe-core, the Nu HTML checker, html-validate, linkinator, the browser's installability and, for the scripts,
a parser of ECMAScript 2015. The packages come from npm into build/audit as the lock beside this file names them.
"""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SCRATCH = ROOT / "build/audit"
MODULES = SCRATCH / "node_modules"
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.browser.reader_site import PAGES, build, hosted  # noqa: E402

CATEGORIES = ("perf.", "access.", "practice", "SEO")
Found = dict[str, list[str]]  # by page type


def install() -> None:
    """The packages of the lock, once."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    lock, done = HERE / "package-lock.json", SCRATCH / "installed.json"
    if done.is_file() and done.read_bytes() == lock.read_bytes():
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, SCRATCH / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=SCRATCH, check=True, stdout=sys.stderr)
    shutil.copy(lock, done)


def output(*command: str) -> str:
    """What a command prints, whatever its exit code: auditors say by it that they found something."""
    told = SCRATCH / "told.txt"  # a file: some leave before a pipe took all
    with told.open("wb") as file:
        subprocess.run(command, cwd=SCRATCH, stdout=file, check=False)
    return told.read_text("utf-8")


def lighthouse(addresses: dict[str, str]) -> tuple[dict[str, list[int]], Found]:
    """Scores of the four categories, and the audits that cost points; the best of three, for other work costs some."""
    flags = json.dumps(["--headless=new", *FLAGS])
    names = {address: kind for kind, address in addresses.items()}
    best: dict[str, tuple[list[int], list[str]]] = {}
    for _ in range(3):
        todo = [address for address, kind in names.items() if kind not in best or min(best[kind][0]) < 100]
        told = output("node", str(HERE / "lighthouse.mjs"), CHROMIUM, flags, *todo) if todo else ""
        for line in map(json.loads, told.splitlines()):
            one, kind = (line["scores"], line["lost"]), names[line["address"]]
            best[kind] = max(best.get(kind, one), one, key=lambda found: sum(found[0]))
    return {kind: one[0] for kind, one in best.items()}, {kind: one[1] for kind, one in best.items()}


def in_browser(addresses: dict[str, str]) -> tuple[Found, Found]:
    """What axe finds in light and dark, and why the browser would not install the page."""
    axe = (MODULES / "axe-core/axe.min.js").read_text("utf-8")
    found: Found = {kind: [] for kind in addresses}
    errors: Found = {}
    with sync_playwright() as playwright:
        profile = str(SCRATCH / "profile")  # nothing can be installed from a private window
        shutil.rmtree(profile, ignore_errors=True)
        browser = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
        for kind, address in addresses.items():
            page = browser.new_page()
            page.goto(address)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.evaluate(axe)
                result = page.evaluate("axe.run()")
                found[kind] += [f"{scheme}: {x['id']}: {x['nodes'][0]['html'][:80]}" for x in result["violations"]]
            errors[kind] = []
            if "/7/" in address:  # each class is a program of its own; the list of classes is none
                page.wait_for_selector("link[rel=manifest]", state="attached")  # when the class is kept
                told = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
                errors[kind] = [error["errorId"] for error in told["installabilityErrors"]]
            page.close()
        browser.close()
    return found, errors


def by_page(messages: list[tuple[str, str]], places: dict[str, Any]) -> Found:
    """``[(path or address, text)]`` by page type."""
    names = {str(place): kind for kind, place in places.items()}
    found: Found = {kind: [] for kind in places}
    for place, text in messages:
        found[names[place]].append(text)
    return found


def nu_checker(addresses: dict[str, str]) -> Found:
    """Messages of the W3C's checker, which also checks the Content-Security-Policy: it needs addresses."""
    jar = str(MODULES / "vnu-jar/build/dist/vnu.jar")
    here = "-Dnu.validator.servlet.allow-forbidden-hosts=true"  # this machine is one
    told = output("java", here, "-jar", jar, "--stdout", "--format", "json", *addresses.values())
    return by_page([(row["url"], row["message"]) for row in json.loads(told)["messages"]], addresses)


def html_validate(files: dict[str, Path]) -> Found:
    """Messages of html-validate with its recommended rules."""
    tool = str(MODULES / ".bin/html-validate")
    told = output(tool, "--config", str(HERE / "htmlvalidate.json"), "--formatter", "json", *map(str, files.values()))
    rows = [(page["filePath"], row) for page in json.loads(told) for row in page["messages"]]
    return by_page([(path, f"{row['ruleId']}: {row['message']} ({row['line']})") for path, row in rows], files)


def broken_links(root: str) -> list[str]:
    """Links inside the site that lead nowhere, from the root on."""
    tool = str(MODULES / ".bin/linkinator")
    told = output(tool, root, "--recurse", "--format", "json", "--skip", f"^(?!{re.escape(root)})")
    links = json.loads(told[told.index("{") :])["links"]
    print(f"linkinator: {len([link for link in links if link['state'] == 'OK'])} links are there")
    return [f"{link['url']} ({link.get('parent')})" for link in links if link["state"] == "BROKEN"]


def not_es2015(public: Path) -> list[str]:
    """Scripts of the pages, inline and beside them, that a WebView of 2016 could not parse."""
    inline = SCRATCH / "inline"
    shutil.rmtree(inline, ignore_errors=True)
    inline.mkdir()
    for page in public.rglob("*.html"):
        for n, text in enumerate(re.findall(r"<script>(.*?)</script>", page.read_text("utf-8"), re.DOTALL)):
            (inline / f"{page.parent.name}-{page.stem}-{n}.js").write_text(text, "utf-8")
    files = [*inline.glob("*.js"), *(file for file in public.rglob("*.js") if file.name != "worker.js")]
    return json.loads(output("node", str(HERE / "syntax.mjs"), *map(str, files)))


def table(scores: dict[str, list[int]], columns: dict[str, Found]) -> None:
    """One row a page type: the scores, then how many findings of each auditor."""
    print("| page type | " + " | ".join([*CATEGORIES, *columns]) + " |")
    print("|---|" + "---|" * (len(CATEGORIES) + len(columns)))
    for kind in PAGES:
        numbers: list[Any] = [*scores.get(kind, ["–"] * 4), *(len(found[kind]) for found in columns.values())]
        print(f"| {kind} | " + " | ".join(map(str, numbers)) + " |")


def main() -> int:
    """0 when no auditor found anything."""
    install()
    shutil.rmtree(SCRATCH / "site", ignore_errors=True)
    # not ahead of the clock: then the page would say, first of all, that the phone's is wrong
    public = build(SCRATCH / "site", (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds")[:19] + "Z")
    files = {kind: public / path for kind, path in PAGES.items()}
    with hosted(public) as address:
        addresses = {kind: f"{address}/{path}" for kind, path in PAGES.items()}
        axe, installable = in_browser(addresses)
        links = broken_links(address)
        scores, lost = lighthouse(addresses)
        vnu = nu_checker(addresses)
    columns = {"axe": axe, "vnu": vnu, "html-validate": html_validate(files), "installability": installable}
    table(scores, columns)
    syntax = not_es2015(public)
    print(f"broken links: {len(links)}; scripts that ECMAScript 2015 does not know: {len(syntax)}")
    for name, found in {"Lighthouse": lost, **columns}.items():
        for kind, rows in found.items():
            for row in rows:
                print(f"{name}, {kind}: {row}")
    print("\n".join(links + syntax))
    clean = not any(rows for found in (lost, *columns.values()) for rows in found.values())
    whole = len(scores) == len(PAGES) and all(score == 100 for row in scores.values() for score in row)
    return 0 if clean and whole and not links and not syntax else 1


if __name__ == "__main__":
    sys.exit(main())
