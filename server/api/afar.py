"""What an enrolled device calls: it asks to be enrolled, brings ops, fetches what changed, has photos read.

Everything but the asking is signed by the device; there are no cookies. Refusals are problems (RFC 9457).
"""

import gzip
import json
import secrets
import threading
from datetime import date, datetime
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response as AnyResponse

from server.api.shapes import ChangesIn, ChangesOut, CodesOut, DeviceOut, EnrolmentIn, EnrolmentOut, OutcomesOut
from server.api.signed import device, local_now, signed
from server.clock import local_date, now
from server.errors import DomainError
from server.extensions import csrf, db, limiter
from server.models import School
from server.security import choose_timezone, config, school
from server.services import afar, afar_lists, changes, devices, keys, roles
from sync import parcel
from sync.p256 import point_of

SMALL = 2048  # bytes of a body that says little
PHOTO = 8 * 1024 * 1024  # bytes of a photo
WORTH_PACKING = 600  # bytes of an answer from which on gzip saves any
blueprint = APIBlueprint("afar", __name__, url_prefix="/api/v1", tag="Devices")
csrf.exempt(blueprint)
_reading = threading.Semaphore(2)  # a photo takes memory: no more at once, whoever sends them


def _is_unproved(response: AnyResponse) -> bool:
    """Only failures count: a school may sit behind one address."""
    return response.status_code == 401


_limited = limiter.limit("60 per minute", key_func=get_remote_address, deduct_when=_is_unproved)


@blueprint.post("/devices")
@limiter.limit("10 per minute;60 per hour", key_func=get_remote_address)
@blueprint.input(EnrolmentIn, arg_name="asked")
@blueprint.output(EnrolmentOut, 201)
@blueprint.doc(summary="Ask to be enrolled", responses=[400, 403, 413, 422, 429])
def enrol(asked: EnrolmentIn) -> Any:
    """Whoever brings a code of the office may ask; nothing is open before a person there has confirmed it."""
    told = devices.ask(asked.code, asked.public_key, asked.name, _now(), secrets.token_bytes)
    return Response(json.dumps({"origin": told.origin, "check": told.check}), 201, mimetype="application/json")


@blueprint.get("/devices/me")
@blueprint.output(DeviceOut)
@blueprint.doc(summary="What the device is to the office", responses=[401, 429], security="device")
@_limited
@signed(SMALL)
def me() -> Any:
    """Answers in every state, so that a revoked device learns that it is."""
    here, signer = _school(), device()
    return _answer({
        "state": signer.state,
        "school": {"id": here.id, "name": here.name, "ops_key": point_of(keys.ops_key(config().keys).public_key())},
        "person": {"id": signer.person_id, "name": signer.name},
        "epoch": here.epoch, "locale": signer.locale or here.locale,
        "now": local_now().isoformat(timespec="seconds"),
    })  # fmt: skip


@blueprint.post("/ops")
@blueprint.output(OutcomesOut)
@blueprint.doc(summary="Bring a batch of ops", responses=[401, 403, 409, 413, 422, 429, 507], security="device")
@_limited
@signed(parcel.MAX_PACKED)
def take_ops() -> Any:
    """One outcome per op, after the commit. One bad op never blocks the next."""
    here, signer = _school(), device()
    afar.check_device(signer)
    batch = parcel.read(request.get_data(), packed=_is_packed())
    outcomes = afar.take(db.session, signer, batch, here, _now(), _today())
    return _answer({"epoch": here.epoch, **afar.answer(outcomes)})


@blueprint.get("/changes")
@blueprint.output(ChangesOut)
@blueprint.doc(summary="Fetch what changed", responses=[400, 401, 403, 429], security="device")
@_limited
@signed(SMALL)
@blueprint.input(ChangesIn, location="query", arg_name="known")
def fetch_changes(known: ChangesIn) -> Any:
    """What the device must know to log without signal, as far as it does not know it yet."""
    here, signer, moment, day = _school(), device(), _now(), _today()
    afar.check_device(signer)
    grants = roles.grants_of(db.session, signer.person_id, moment, day)
    reach = afar_lists.reach(db.session, grants, day)
    asked = changes.Question(known.after, known.epoch, known.lists)
    told = changes.changes(db.session, signer.person_id, grants, reach, asked, here.epoch)
    devices.note_contact(signer, moment)
    return _answer(told)


@blueprint.post("/photos")
@blueprint.output(CodesOut)
@blueprint.doc(summary="Read the codes on a photo", responses=[401, 403, 413, 422, 429], security="device")
@_limited
@signed(PHOTO)
def read_photo() -> Any:
    """A JPEG or PNG as the body; nothing of it is stored."""
    from printables import photo  # reading pictures takes memory, which most offices never need

    here = _school()
    afar.check_device(device())
    with _reading:
        return _answer({"codes": photo.codes_on(request.get_data(), here.id)})


def _answer(told: dict[str, Any]) -> Response:
    """JSON, short, and packed where that is worth it."""
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(body, mimetype="application/json")
    if len(body) > WORTH_PACKING and "gzip" in request.accept_encodings:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_packed() -> bool:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("gzip", "identity"):
        raise DomainError("batch_malformed", field="Content-Encoding")
    return encoding == "gzip"


def _school() -> School:
    row = school()
    if row is None:
        raise DomainError("home_missing", home="")
    return row


def _now() -> datetime:
    return now(config(), choose_timezone())


def _today() -> date:
    return local_date(_now(), choose_timezone())
