"""The README names every setting, command and kind of op: what is missing fails here by its name."""

import re
from pathlib import Path

import click

from server.cli import cli
from server.config import SETTINGS
from server.errors import CATALOGUE
from sync import decide, ops

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text below a heading, to the next heading of its rank."""
    parts = re.split(r"^## (.+)$", README, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    [name] = [name for name in found if title in name]
    return found[name]


def table(title: str) -> dict[str, list[str]]:
    """The rows of a section's table by the first cell, without its marks."""
    rows = [line.strip("| ").split(" | ") for line in section(title).splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): [cell.strip() for cell in row[1:]] for row in rows}


def commands(group: click.Group, before: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """Every command by its full name."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, (*before, name))
        else:
            found[" ".join((*before, name))] = command
    return found


def options(command: click.Command) -> set[str]:
    """Long names of a command's options, but ``--json``, which is told for all."""
    return {name for one in command.params for name in one.opts if name.startswith("--")} - {"--json"}


def test_every_setting_stands_in_the_table_with_its_default_and_meaning():
    told = table("Settings")
    assert set(told) == {setting.name for setting in SETTINGS}
    for setting in SETTINGS:
        default, meaning = told[setting.name]
        assert default == (f"`{setting.default}`" if setting.default else "not set"), setting.name
        assert meaning == setting.meaning, setting.name


def test_every_setting_that_the_code_reads_is_a_setting():
    named = {name for file in Path(__file__).parents[2].glob("server/**/*.py")
             for name in re.findall(r"KORABLIK_[A-Z_]+", file.read_text(encoding="utf-8"))}  # fmt: skip
    assert named == {setting.name for setting in SETTINGS}


def test_every_command_stands_in_the_table_with_its_options():
    told = {row: f"{row} {' '.join(cells)}" for row, cells in table("Commands").items()}
    for name, command in commands(cli).items():
        rows = [text for row, text in told.items() if re.match(rf"korablik {name}(?![\w-])", row)]
        assert rows, f"README, Commands: korablik {name} is missing"
        missing = {option for option in options(command) if not re.search(rf"{option}(?![\w-])", rows[0])}
        assert not missing, f"README, Commands: korablik {name} has {sorted(missing)}"


def test_no_command_is_told_that_there_is_not():
    known = {f"korablik {name}" for name in commands(cli)}
    for row in table("Commands"):
        assert any(row == name or row.startswith(f"{name} ") for name in known), row


def test_every_kind_of_import_is_named():
    [kind] = [param for param in commands(cli)["import"].params if param.name == "kind"]
    text = section("Commands")
    assert [name for name in kind.type.choices if f"`{name}`" not in text] == []


def test_every_type_of_op_stands_in_the_table_with_its_fields():
    told = table("ops")
    assert set(told) == set(ops.TYPES)
    for name, fields in ops.TYPES.items():
        assert set(told[name][0].strip("`").split(", ")) == fields, name


def test_every_outcome_is_named():
    assert [name for name in decide.OUTCOMES if f"`{name}`" not in section("ops")] == []


def test_every_error_code_stands_in_the_table_as_it_is():
    """What ``--json`` and the interface answer. A retired code keeps its row, so that nobody uses it again."""
    told = table("Errors")
    missing = [error_row(code) for code in CATALOGUE if told.get(code) != error_row(code).strip("| ").split(" | ")[1:]]
    assert missing == [], "these rows belong into README, Errors"


def error_row(code: str) -> str:
    """A row of the README's table: code, HTTP status, the English sentence (there is no application here)."""
    entry = CATALOGUE[code]
    sentence = re.sub(r"%\((\w+)\)s", r"‹\1›", str(entry.text))
    return f"| `{code}` | {entry.status} | {sentence} |"
