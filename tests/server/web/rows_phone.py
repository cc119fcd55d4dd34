"""Rights of the phone's page: the empty page is for everybody; what fills it asks for a device's signature."""

from tests.server.web.rows import Row

ROWS = (
    Row("GET", "phone.page", public=True),
    Row("GET", "phone.worker", public=True),
    Row("GET", "phone.manifest", public=True),
)
