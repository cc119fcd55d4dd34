"""The collector of cycles: away while a call lasts, and back after it, however it ends."""

import gc

import pytest

from server.services.collector import undisturbed


@undisturbed
def work(fails: bool) -> bool:
    if fails:
        raise ValueError("no")
    return gc.isenabled()


def test_it_waits_for_the_end_and_comes_back():
    assert work(False) is False and gc.isenabled()
    with pytest.raises(ValueError, match="no"):
        work(True)
    assert gc.isenabled()


def test_it_stays_away_where_it_was_away():
    gc.disable()
    try:
        assert work(False) is False and not gc.isenabled()
    finally:
        gc.enable()
