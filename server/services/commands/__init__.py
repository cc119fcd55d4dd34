"""What a command line asks for, carried out where the data is: in the caller's process or in the running office."""

from importlib import import_module
from typing import Any

from server.services.commands.console import Call, Console

COMMANDS = {  # loaded when asked for: the office starts without them
    "import": "coming_in:import_files",
    "timetable diff": "comparing:timetable_diff",
    "imports": "going_back:list_imports",
    "undo": "going_back:undo",
    "return": "coming_in:log_returns",
    "scan": "scanning:scan_files",
    "ops import": "from_phones:import_ops",
    "publish": "going_out:publish_days",
    "print packs": "going_out:print_week",
    "print packs --dry-run": "paper:count_packs",
    "print slips": "paper:print_slips",
    "print manifest": "delivering:print_manifest",
    "print timetable": "timetables:print_timetable",
    "print strips": "going_out:print_strips",
    "print weekly": "for_families:print_weekly",
    "print journal": "for_families:print_journal",
    "print accessible": "for_families:print_accessible",
    "print marked": "for_families:print_marked",
    "export journal": "going_out:export_journal",
    "export oneroster": "rostering:export_oneroster",
    "export school": "leaving:export_school",
    "export usb": "carrying:export_usb",
    "export zim": "carrying:export_zim",
    "export site": "carrying:export_site",
    "backup": "backing_up:back_up",
    "conflicts": "disagreeing:list_conflicts",
    "timetable absent": "absent:list_absent",
    "check": "school:check",
    "timetable check": "checking_days:check_timetable",
    "timetable propose": "proposing:propose_day",
    "verify": "verifying:verify_files",
}
READS_ONLY = {
    "check", "conflicts", "imports", "export journal", "export oneroster", "export school", "export site",
    "export usb", "export zim", "print accessible", "print journal", "print marked", "print packs --dry-run",
    "print timetable", "print weekly",
    "timetable absent", "timetable check", "timetable propose",
}  # fmt: skip


def run(call: Call, console: Console) -> dict[str, Any]:
    """Carry a command out; returns what ``--json`` prints. Needs the application's context and a language.

    A document with a non-empty ``refused`` (a list) means that not everything was done: exit code 1.
    """
    module, function = COMMANDS[call.command].split(":")
    return getattr(import_module(f"{__name__}.{module}"), function)(call, console)


__all__ = ["COMMANDS", "READS_ONLY", "Call", "Console", "run"]
