"""`korablik demo`: from an empty folder to a village school that is published, printed and open."""

import json
import shutil
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale

from server import clock
from server.cli import local, serving
from server.cli.terminal import Terminal
from server.cli.words import _
from server.config import CHECKOUT, Config, make_config
from server.errors import DomainError
from server.services import (
    demo,
    demo_delivery,
    demo_families,
    demo_hotline,
    demo_samples,
    packs,
    publishing,
    schema,
    setup,
)
from server.services.private_pages import files as private_pages
from server.services.weeks import week_days, week_name

SAMPLE = CHECKOUT / "content" / "village"
ZONE = "Europe/Moscow"
DONE = "demo.json"  # written last: a home without it was interrupted


def run(serve: bool, port: int) -> None:
    """Build the demo's home if it is not there, renew the logins, tell where everything is, and serve."""
    config = _config(port)
    with local.lock(config) as ours:
        if not ours:
            raise DomainError("office_open")
        if serve:
            serving.require_port(config)
        state = _state(config)
        if state is None:
            _clear(config)
            state = build(config)
        with local.office(config):
            schema.prepare()
            now = clock.now(config, ZONE)
            _tell(config, state, demo.new_logins(now), clock.local_date(now, ZONE))
    if serve:
        serving.serve_home(config, lambda address: Terminal().say(
            _("The office is open: %(address)s") % {"address": address} + "  " + _("(Ctrl+C stops it)")
        ))  # fmt: skip


def _config(port: int) -> Config:
    own = local.environment()
    return replace(make_config(CHECKOUT / "build" / "demo"), port=port, fixed_now=own.fixed_now)


def _state(config: Config) -> dict[str, Any] | None:
    """What the demo in this home holds; None when there is none or its making was interrupted."""
    try:
        state = json.loads((config.home / DONE).read_text(encoding="utf-8"))
        return state if schema.has_home(config) else None
    except (OSError, ValueError):
        return None


def _clear(config: Config) -> None:
    """Begin anew, whatever an interrupted start left; the lock in run/ is ours."""
    for path in config.home.iterdir() if config.home.exists() else ():
        if path != config.run:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def build(config: Config, on_paper: bool = True) -> dict[str, Any]:
    """Everything from the first file to the last sheet of paper (none without ``on_paper``); returns what there is."""
    terminal = Terminal()
    with local.office(config):
        schema.prepare()
        now = clock.now(config, ZONE)
        today = clock.local_date(now, ZONE)
        shift = demo.shift_to(today)
        monday = demo.SAMPLE_MONDAY + timedelta(days=shift)
        week = week_name(monday)
        terminal.say(_("Setting up the village school; its sample week becomes %(week)s.") % {"week": week})
        with force_locale("ru"):
            _create(now, f"http://{config.host}:{config.port}/public/")
            reports = demo.load(SAMPLE, shift, now, terminal.progress)
            if refused := [name for report in reports for name in report.refused]:
                raise DomainError("import_refused", count=len(refused), files=", ".join(refused))
            demo.furnish(shift, now, today)
            done = publishing.publish(
                week_days(today) + week_days(monday), today=today, now=now, actor_id=None, progress=terminal.progress
            )
            demo_delivery.furnish(now, today)
            printed = packs.print_packs(monday, None, now=now, progress=terminal.progress) if on_paper else []
            demo_delivery.send(week, now, today, ZoneInfo(ZONE))
            demo.hand_in(now, today)
            demo_hotline.furnish(demo.SHOWN_GRADE, now, today, ZoneInfo(ZONE))
            demo.attend(now, today)
            demo_families.reach_families(now)
            private_pages.refresh(config, now, today)
            stack_of = demo_samples.write_stack(config, week)
        state = {"week": week, "edition": done.number, "packs": sum(item.packs for item in printed),
                 "sides": sum(item.pages for item in printed), "stack_of": stack_of}  # fmt: skip
    staged = config.home / f".{DONE}"
    staged.write_text(json.dumps(state), encoding="utf-8")
    staged.replace(config.home / DONE)
    return state


def _create(now: datetime, site: str) -> None:
    wanted = setup.NewSchool(
        name="Тополинская школа", admin="demo-setup", timezone=ZONE, address="с. Тополиное, ул. Школьная, д. 1",
        hotline_phone="8 (999) 000-00-20", hotline_hours="9:00–17:00", is_demo=True, site_address=site,
    )  # fmt: skip
    setup.create(wanted, now=now)


def _tell(config: Config, state: dict[str, Any], logins: list[demo.Login], today: date) -> None:
    address, say = f"http://{config.host}:{config.port}/", Terminal().say
    sample = date.fromisocalendar(int(state["week"][:4]), int(state["week"][6:]), 1)
    say("")
    say(_("Office:       %(address)s") % {"address": address})
    say(_("Class sites:  %(address)s  or without a server: %(file)s")
        % {"address": f"{address}public/", "file": _short(config.public / "index.html")})  # fmt: skip
    say(_("Paper packs:  %(folder)s (%(packs)s packs, %(sides)s sides)")
        % {"folder": _short(config.packs / state["week"]), **state})  # fmt: skip
    say(_("Sample week:  %(week)s, from Monday %(day)s; edition %(number)s")
        % {"week": state["week"], "day": f"{sample:%d.%m.%Y}", "number": state["edition"]})  # fmt: skip
    say("")
    say(_("Logins of this run (they work on this machine only):"))
    for item in logins:
        say(f"  {item.login:<24} {item.password:<24} {item.name}")
    say("")
    program, code = _short(Path(sys.executable).with_name("korablik")), demo.open_code() or "CODE"
    teacher = _login(logins, "subject_teacher")
    command = f"{program} --home {_short(config.home)} return {code} --as {teacher}"
    say(_("Log a work by its code: %(command)s") % {"command": command})
    stack = demo_samples.stack(config)
    if (role := state.get("stack_of")) and stack.is_file():
        login = _login(logins, role)
        command = f"{program} --home {_short(config.home)} scan {_short(stack)} --as {login}"
        say(_("Scan a stack of sheets: %(command)s  or give it, as the same teacher, to “Scanned works” in the office")
            % {"command": command})  # fmt: skip
    if today > sample + timedelta(days=6):
        say(_("The sample week is over. For a fresh one remove %(home)s and start again.")
            % {"home": _short(config.home)})  # fmt: skip


def _login(logins: list[demo.Login], role: str) -> str:
    return next(item.login for item in logins if item.role == role)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
