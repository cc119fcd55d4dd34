"""What every room's tests may use: the settings of hypothesis and of memory, and an empty PostgreSQL database."""

import gc
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A deadline would make a slow machine a failing one, and so would a look at how long examples take to be made.
settings.register_profile("house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not walk through it again and again (a fifth of all time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test that was tried again said the first time: else its reason would be lost."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"tried again: {report.nodeid} ({report.when})")
        terminalreporter.line(report.longreprtext)


@pytest.fixture(scope="session")
def pg_sockets() -> Iterator[Path]:
    """The socket's folder of a PostgreSQL server that lives as long as the test run.

    Not below pytest's own folder: pytest closes that to others at each start, and as root the server is another user.
    """
    import pgserver

    server = pgserver.get_server(tempfile.mkdtemp(prefix="korablik-pg-"), cleanup_mode="delete")
    try:
        yield server.get_postmaster_info().socket_dir
    finally:
        server.cleanup()


@pytest.fixture
def pg_url(pg_sockets: Path) -> Iterator[str]:
    """The address of a fresh, empty database, for tests marked ``postgres``; it is dropped afterwards."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(host=str(pg_sockets), user="postgres", dbname="postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql+psycopg://postgres@/{name}?host={pg_sockets}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
