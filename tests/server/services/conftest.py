"""An office with an empty school, for tests of imports."""

import pytest
from apiflask import APIFlask

from tests.server import factory


@pytest.fixture
def school(app: APIFlask) -> APIFlask:
    """A school that knows nothing yet; A/B weeks have no anchor."""
    factory.school(locale="ru", week_anchor=None)
    return app
