"""The house keeps its order: rooms, names, one place that commits, locked requirements, tests that all run."""

import ast
import io
import itertools
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ["server", "printables", "sync"]
ROOMS = {*PACKAGES, "site", "content", "tests"}
SCRATCH = {"build", "node_modules", "__pycache__"}  # never in git
TEST_ROOMS = {"server", "chaos", "printables", "sync", "site", "browser", "bench", "data"}
LAYOUT = {tokenize.ENCODING, tokenize.COMMENT, tokenize.NL}
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def sources(*folders: str) -> dict[str, bytes]:
    """The Python files below the folders, by path from the root."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def modules(*folders: str, naming: Iterable[str] = ("",)) -> dict[str, ast.Module]:
    """Parsed Python files that hold one of the words, by path from the root."""
    words = [word.encode() for word in naming]
    found = sources(*folders).items()
    return {path: ast.parse(source) for path, source in found if any(word in source for word in words)}


def docstring(source: bytes) -> str:
    """What a module's first statement says; the rest is not parsed."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    head = list(itertools.islice((token for token in tokens if token.type not in LAYOUT), 2))
    if [token.type for token in head] != [tokenize.STRING, tokenize.NEWLINE]:
        return ""
    said = ast.literal_eval(head[0].string)
    return said.strip() if isinstance(said, str) else ""


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each import of a module as (module, name); the name is empty for ``import module``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def test_there_are_no_other_rooms():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders - ROOMS - SCRATCH == set()
    assert folders >= set(PACKAGES) | {"site", "tests"}


def test_the_tests_mirror_the_rooms():
    assert {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - TEST_ROOMS - SCRATCH == set()


def test_site_is_no_package():
    """``site`` is a module of the standard library, and tests import the packages beside them by those names."""
    assert [str(path) for folder in ("site", "tests") for path in (ROOT / folder).rglob("__init__.py")] == []


def test_mkdocs_empties_no_source_folder():
    """MkDocs' default output folder is called ``site``, like the project that it builds."""

    class Loader(yaml.SafeLoader):
        """Reads MkDocs' own ``!ENV`` as nothing."""

    Loader.add_constructor("!ENV", lambda loader, node: None)
    settings = yaml.load((ROOT / "site/mkdocs.yml").read_bytes(), Loader)  # a SafeLoader's child
    assert (ROOT / "site" / settings["site_dir"]).resolve() == ROOT / "build/site"


def test_the_sites_code_knows_only_sync():
    """import-linter cannot see it: MkDocs loads it by its path."""
    allowed = set(sys.stdlib_module_names) | {"sync", "mkdocs", "jinja2", "markupsafe", "cmarkgfm", "babel", "nh3"}
    trees = modules("site")
    assert "site/hooks.py" in trees
    for path, tree in trees.items():
        assert {module.split(".")[0] for module, _ in imported(tree)} - allowed == set(), path


def test_only_the_store_commits():
    calls = {
        (path, node.func.attr)
        for path, tree in modules(*PACKAGES, "site", naming=["commit", "begin"]).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert {path for path, method in calls if method in {"commit", "begin"}} == {"server/store.py"}


def test_services_see_no_request():
    web = {"request", "session", "g", "flash", "redirect", "abort", "url_for", "render_template"}
    for path, tree in modules("server/services", naming=["flask"]).items():
        names = {name for module, name in imported(tree) if module == "flask" or module.startswith("flask.")}
        assert names & (web | {""}) == set(), path


def test_no_module_is_named_after_nothing():
    """A name that fits anything collects anything."""
    vague = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
    found = [path for path in sources(*PACKAGES, "site", "tests") if vague & set(re.split(r"[/_.]", path))]
    assert found == []


def test_every_module_says_what_it_answers_for():
    assert [path for path, source in sources(*PACKAGES, "site", "tests").items() if not docstring(source)] == []


def test_every_test_runs():
    """Neither skipped nor expected to fail."""
    switched_off = {"skip", "skipif", "xfail", "importorskip", "SkipTest", "skipTest"}
    found = {
        f"{path}: {node.attr}"
        for path, tree in modules("tests", naming=switched_off).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in switched_off
    }
    assert found == set()


def locked(name: str) -> dict[str, tuple[str, list[str]]]:
    """A lock file's requirements: name → (version and marker, hashes). Several forks of one name are joined."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, tuple[str, list[str]]] = {}
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = line.split("--hash=")
            parsed = Requirement(requirement.strip())
            before, before_hashes = found.get(canonicalize_name(parsed.name), ("", []))
            pin = " | ".join(filter(None, [before, f"{parsed.specifier}"]))
            found[canonicalize_name(parsed.name)] = (pin, before_hashes + [each.strip() for each in hashes])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked_with_hashes_and_without_addresses(name):
    """An address would tie the lock to one machine's index."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.match(r"[A-Za-z0-9]| +--hash=| +#", line) or "://" in line] == []
    for package, (pin, hashes) in locked(name).items():
        assert re.fullmatch(r"==[^,|]+( \| ==[^,|]+)*", pin), package
        assert hashes, package
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), package


def test_tests_run_on_the_versions_that_schools_run():
    run, dev = locked(LOCKS[0]), locked(LOCKS[1])
    assert {name: pin for name, pin in dev.items() if name in run} == run


@pytest.mark.parametrize(("name", "extras"), [(LOCKS[0], ["build"]), (LOCKS[1], ["build", "dev"])])
def test_the_lock_holds_what_the_project_asks_for(name, extras):
    """Otherwise ``make lock`` was forgotten."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + [each for extra in extras for each in project["optional-dependencies"][extra]]
    pins = locked(name)
    for requirement in map(Requirement, asked):
        versions = pins[canonicalize_name(requirement.name)][0].replace("==", "").split(" | ")
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_ci_runs_the_readmes_test_command():
    run = ROOT / ".ci/run"
    assert run.stat().st_mode & 0o111
    assert "exec make test" in run.read_text(encoding="utf-8")
