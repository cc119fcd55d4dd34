"""Which key means what while marking: as in the class's table, whichever layout is on."""

import pytest
from flask_babel import force_locale

from server.web.marking import keys_of
from sync.decide import Scale

FIVE = Scale("values", ("5", "4", "3", "2"), None)
PASS = Scale("values", ("pass", "fail"), None)
NONE = Scale("none", (), None)
BY_RU = {"д": "redo", "l": "redo"}


@pytest.mark.parametrize(
    ("locale", "rule", "keys"),
    [
        ("ru", FIVE, BY_RU),
        ("ru", NONE, {**BY_RU, "п": "checked", "g": "checked"}),
        ("ru", PASS, {**BY_RU, "з": "mark:pass", "p": "mark:pass", "н": "mark:fail", "y": "mark:fail"}),
        ("en", PASS, {"r": "redo", "p": "mark:pass", "f": "mark:fail"}),
        ("en", NONE, {"r": "redo", "c": "checked"}),
    ],
)
def test_keys_choose_what_the_scale_has(app, locale, rule, keys):
    with app.test_request_context(), force_locale(locale):
        assert keys_of(rule) == keys
