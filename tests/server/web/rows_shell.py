"""Rights of the frame: signing in and out, Today, language and password."""

from tests.server.web.rows import EVERYBODY, Row

ROWS = (
    Row("GET", "static", public=True, path=lambda w, c: {"filename": "office.css"}),
    Row("GET", "auth.sign_in", public=True),
    Row("POST", "auth.try_sign_in", public=True),
    Row("POST", "auth.sign_out", public=True),
    Row("GET", "today.home", EVERYBODY),
    Row("POST", "auth.language", EVERYBODY, form=lambda w, c: {"locale": "en"}),
    Row("GET", "auth.password", EVERYBODY),
    Row("POST", "auth.change_password", EVERYBODY),
    Row("GET", "openapi.spec", EVERYBODY),
    Row("GET", "health.health", public=True),
    Row("POST", "commands.run_command", public=True),  # asks for the token of the home's run folder
)
