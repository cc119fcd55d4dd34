"""Rights of phones: everybody has own ones; the addresses that phones call ask for a signature instead."""

from tests.server.web.rows import EVERYBODY, Row


def _nobodys(world, scope):
    return {"origin": "0" * 16}


ROWS = (
    Row("GET", "devices.home", EVERYBODY),
    Row("POST", "devices.code", EVERYBODY),
    Row("GET", "devices.asking", EVERYBODY),
    Row("POST", "devices.confirm", EVERYBODY, path=_nobodys),
    Row("POST", "devices.rename", EVERYBODY, path=_nobodys, form=lambda w, c: {"name": "Nokia"}),
    Row("POST", "devices.revoke", EVERYBODY, path=_nobodys),  # anybody's with devices.manage, else only one's own
    Row("GET", "op_files.page", EVERYBODY),
    Row("POST", "op_files.take", EVERYBODY),
    Row("POST", "afar.enrol", public=True),  # a code of the office
    Row("GET", "afar.me", public=True, signed=True),
    Row("POST", "afar.take_ops", public=True, signed=True),
    Row("GET", "afar.fetch_changes", public=True, signed=True),
    Row("POST", "afar.read_photo", public=True, signed=True),
)
