"""Phones that log without signal: one's own to add, confirm, rename and revoke, everybody's for who manages them."""

import secrets
from typing import Any

from apiflask import APIBlueprint
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from server.errors import DomainError, entry_of
from server.extensions import db
from server.policy import Action
from server.security import school
from server.services import devices
from server.web import access, drafts
from server.web.access import signed_in
from sync.codes import make_label
from sync.errors import SyncError

blueprint = APIBlueprint("devices", __name__, url_prefix="/devices", enable_openapi=False)


@blueprint.get("/")
@signed_in
def home() -> str:
    """Own phones; for who manages devices also everybody's."""
    return _home()


def _home(wrong: SyncError | None = None, about: str = "") -> str:
    manages = access.may(Action.DEVICES_MANAGE)
    own = devices.of_person(db.session, current_user.person_id)
    return render_template(
        "devices/home.html", own=own, wrong=wrong, about=about, typed=request.form, most=devices.MAX_NAME,
        everybodys=devices.everybodys(db.session) if manages else None, manages=manages,
    )  # fmt: skip


@blueprint.post("/code")
@signed_in
def code() -> Any:
    """A code for one more phone, shown this once; the page waits for the phone to ask."""
    from printables import qr  # loaded when the first phone is added

    try:
        digits = devices.make_code(current_user.person_id, drafts.moment().at, current_user.account_id,
                                   secrets.randbelow)  # fmt: skip
    except SyncError as error:
        return _home(error), entry_of(error).status
    row = school()
    label = make_label(row.id if row else "", "D", digits, 0)
    address = f"{request.host_url}phone/#{label.text}"
    drawn = Markup(qr.svg(address, _("QR code with the address of the phone's page")))  # its texts are escaped there
    minutes = int(devices.CODE_HOLDS.total_seconds() // 60)
    return render_template(
        "devices/code.html", digits=digits, drawn=drawn, address=f"{request.host_url}phone/", minutes=minutes,
        asking=_asking(), safe=request.is_secure or (request.host.split(":")[0] in ("localhost", "127.0.0.1")),
    )  # fmt: skip


@blueprint.get("/asking")
@signed_in
def asking() -> str:
    """The phones that ask now, as a part of the page: its script looks every few seconds."""
    return render_template("devices/asking.html", asking=_asking())


def _asking() -> list[devices.Line]:
    return devices.asking(db.session, current_user.person_id)


@blueprint.post("/<origin>/confirm")
@signed_in
def confirm(origin: str) -> Any:
    """The digits are the same on both screens."""
    devices.confirm(origin, current_user.person_id, drafts.moment().at, current_user.account_id)
    flash(_("The phone is confirmed. It fetches your lists by itself."))
    return redirect(url_for("devices.home"), 303)


@blueprint.post("/<origin>/rename")
@signed_in
def rename(origin: str) -> Any:
    """Call an own phone something else."""
    try:
        name = request.form.get("name", "")
        devices.rename(origin, name, current_user.person_id, drafts.moment().at, current_user.account_id)
    except DomainError as error:
        if error.code == "not_found":
            raise
        return _home(error, origin), entry_of(error).status
    flash(_("The phone is renamed."))
    return redirect(url_for("devices.home"), 303)


@blueprint.post("/<origin>/revoke")
@signed_in
def revoke(origin: str) -> Any:
    """An own phone, or anybody's for who manages devices."""
    owner = None if access.may(Action.DEVICES_MANAGE) else current_user.person_id
    devices.revoke(origin, owner, drafts.moment().at, current_user.account_id)
    flash(_("The phone is revoked: nothing it sends is taken any more. What lies on it is wiped at its next contact."))
    return redirect(url_for("devices.home"), 303)


