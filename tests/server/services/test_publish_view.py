"""The publishing page: what is out already."""

from pathlib import Path
from types import SimpleNamespace

from server.services import publish_view, sitebuild


def test_classes_stand_by_grade_and_not_by_the_digits_of_their_names(monkeypatch):
    groups = {name: {"name": name, "grade": grade} for name, grade in (("10", 10), ("11", 11), ("9", 9), ("x", None))}
    edition = SimpleNamespace(content={"groups": groups})
    monkeypatch.setattr(publish_view, "read_edition", lambda folder: edition)
    monkeypatch.setattr(sitebuild, "groups_to_build", lambda *args: ["10"])
    config = SimpleNamespace(editions=Path("e"), public=Path("p"))
    assert [(site.name, site.built) for site in publish_view._sites(config, "1")] == [
        ("9", True), ("10", False), ("11", True), ("x", True),
    ]  # fmt: skip
