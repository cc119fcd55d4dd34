"""The weekly round, messages and letters on a phone: accessible, narrow, by thumb, and whole without script."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from server import models
from server.extensions import db
from server.policy import Realm
from server.services import letters, messages
from server.services.content import Author
from server.services.messages import Words
from tests.browser.conftest import served
from tests.browser.looking import look_over
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.web.world import World, build

pytestmark = pytest.mark.browser
AT = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)


class Served(NamedTuple):
    """An office that listens, and the addresses of its pages."""

    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def office(new_office) -> Iterator[Served]:
    """A class with marks, debts, silent students, a message in every state and a letter that waits."""
    with new_office() as app:
        pages = _furnish(app, build())
        with served(app) as address:
            yield Served(address, pages)


def _furnish(app, world: World) -> dict[str, str]:
    near, teacher = world.near, world.accounts["class_teacher"]
    by = Author(factory.person_of(teacher), teacher, AT, TODAY)
    for n in range(1, 7):
        factory.lesson(near.course, TODAY - timedelta(days=n))
    early = datetime(2026, 11, 20, tzinfo=UTC)
    factory.works(factory.task(near.lesson.lesson_course, "Late", TODAY - timedelta(days=2), published_at=early))
    logbook.hand_in(near.code, mark="4", comment="Check the sign in the last line")
    factory.guardian(near.sibling, "Yakornaya", "Olga-Konstantsiya", phone="+7 900 000-00-05",
                     email="a.very.long.mailbox.of.a.family@mail.example.org")  # fmt: skip
    factory.add(models.FamilyChannel(
        id=factory.new_id(), person_id=near.guardian, channel="sms", address="+79000000001", position=1, until="19:30",
        consent=True, confirmed_on=TODAY, noted_at=AT,
    ))  # fmt: skip
    with app.test_request_context():
        words = Words("change", "groups", "The lesson moves to 12:30.", "A change", (near.id,), chats=("class_chat",))
        message = messages.create(db.session, words, Realm(True, frozenset(), frozenset()), by, "k", ())
    letter = letters.enter(near.student, near.guardian, by.person_id, "slip", "May he hand it in later?", by, "k")
    slug = db.session.get_one(models.Person, near.student).slug
    return {
        "round": "/round/7a", "slips": "/round/7a/slips", "messages": "/messages/", "message": f"/messages/{message}",
        "new": "/messages/new", "letters": "/letters/", "letter": f"/letters/{letter}",
        "write down": f"/letters/new?student={slug}", "silence": "/silence/", "channels": f"/people/{slug}/channels",
        "today": "/",
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_accessible_and_fits(opened, office: Served, width: int):
    page = opened(office.address, "class-teacher", width)
    for name, path in office.pages.items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((one) => (one.open = true))")
        look_over(page, name)
    deputy = opened(office.address, "deputy-studies", width)
    deputy.goto("/round/")
    look_over(deputy, "classes")


def test_a_family_is_told_with_one_tap_and_taken_back(opened, office: Served):
    page = opened(office.address, "class-teacher", 360, has_touch=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name=re.compile("Not told of results in this week")).tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weekly round")
    card = page.get_by_role("region", name="Veslov Yegor")
    card.get_by_role("button", name="Copy").first.tap()
    expect(card.get_by_role("button", name="Copied").first).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Yegor" in copied and "Check the sign" in copied and "Late" in copied
    card.get_by_role("button", name=re.compile("^Written by SMS")).tap()
    expect(page.get_by_text("1 student is left to be told about.")).to_be_visible()
    expect(page.get_by_role("region", name="Veslov Yegor")).to_have_count(0)
    page.get_by_role("button", name="Take back").tap()
    expect(page.get_by_role("region", name="Veslov Yegor")).to_be_visible()


def test_the_round_goes_by_keyboard_alone(opened, office: Served):
    page = opened(office.address, "class-teacher", 1280)
    page.goto("/round/7a")
    card = page.get_by_role("region", name="Yakornaya Vera")
    card.get_by_role("button", name=re.compile("^Told on the phone")).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 student is left to be told about.")).to_be_visible()
    page.get_by_role("button", name="Take back").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("2 students are left to be told about.")).to_be_visible()


def test_a_message_is_written_and_ticked_off_without_script(opened, office: Served):
    page = opened(office.address, "class-teacher", 360, java_script_enabled=False)
    page.goto("/messages/new")
    page.get_by_label("Text", exact=True).fill("Bring a ruler on Friday.")
    page.get_by_label("Subject, for e-mail").fill("A ruler")
    page.get_by_label("The parents' chat").check()
    page.get_by_role("button", name="See how it will go").click()
    expect(page.get_by_role("heading", name="How it will go")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Bring a ruler on Friday.")
    page.get_by_role("button", name="Make ready and send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A ruler")
    chat = page.locator("#copy").get_by_role("button", name=re.compile("^Passed on"))
    chat.last.click()
    expect(page.locator("#done")).to_contain_text("parents' chat")


def test_a_letter_is_answered_once_without_script(opened, office: Served):
    page = opened(office.address, "class-teacher", 360, java_script_enabled=False)
    page.get_by_role("link", name=re.compile("A letter: Veslov Yegor")).click()
    page.get_by_label("Your answer").fill("Yes, by Friday.")
    page.get_by_role("radio", name=re.compile("^Phone call")).check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Answered. The answer goes the way you chose.")).to_be_visible()
    page.get_by_role("button", name="Told").click()
    expect(page.get_by_text("the family knows")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("link", name=re.compile("A letter"))).to_have_count(0)


def test_silence_is_broken_with_one_tap(opened, office: Served):
    page = opened(office.address, "class-teacher", 360, has_touch=True)
    page.goto("/silence/")
    card = page.get_by_role("region", name=re.compile("^Yakornaya Vera"))
    card.get_by_role("button", name=re.compile("^No answer")).tap()
    expect(page.get_by_role("region", name=re.compile("^Yakornaya Vera"))).to_contain_text("tried:")
    card = page.get_by_role("region", name=re.compile("^Yakornaya Vera"))
    card.get_by_role("button", name=re.compile("^Heard from them")).tap()
    expect(page.get_by_role("region", name=re.compile("^Yakornaya Vera"))).to_have_count(0)
    page.get_by_role("button", name="Take back").tap()
    expect(page.get_by_role("region", name=re.compile("^Yakornaya Vera"))).to_be_visible()
