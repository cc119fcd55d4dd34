"""Pictures in a real browser: taken with a phone, seen as a phone shows them, said in words, published and read."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from server.extensions import db
from server.models import Image
from tests.browser.looking import LONG, look_over, settled
from tests.browser.test_lessons import Served, office  # noqa: F401
from tests.pictures import photo, view

pytestmark = pytest.mark.browser
PHOTO = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photo(view(2400, 1800), orientation=6)}


def at_the_lesson(
    opened: Callable[..., Page], office: Served, which: str, script: bool = True, but: str = "$^"  # noqa: F811
) -> Page:
    """The lesson's form on a phone, its script at work."""
    page = opened(office.address, "nivina", 360, but, java_script_enabled=script)
    page.goto(f"/lessons/{which}")
    if script:
        settled(page)
    page.locator("details.picture summary").first.click()
    return page


def test_a_picture_is_added_published_and_read(opened, office):  # noqa: F811
    page = at_the_lesson(opened, office, office.bare)
    page.fill("[name=body]", "Before. After.")
    page.evaluate("document.querySelector('[name=body]').setSelectionRange(7, 8)")
    box = page.locator("details.picture").first
    box.locator("input[type=file]").set_input_files(PHOTO)
    shown = box.locator(".on-phone img")
    expect(shown).to_be_visible()
    assert shown.bounding_box()["width"] <= 360
    expect(box.locator("figcaption")).to_contain_text("of 60 KB")
    look_over(page, "picture", targets=False)
    box.locator("button").click()
    assert "image:" not in page.input_value("[name=body]"), "its words come first"
    box.locator("[data-alt]").fill("A bridge over the river")
    box.locator("button").dblclick()
    body = page.input_value("[name=body]")
    assert body.startswith("Before.\n\n![A bridge over the river](image:") and body.endswith(")\n\nAfter.")
    assert body.count("image:") == 1
    expect(page.locator(".md img[alt='A bridge over the river']")).to_be_visible()
    page.fill("[name=topic]", "Bridges")
    page.select_option("[name=form]", "self")
    page.locator(".save button[value=save]").click()
    expect(page.locator(".flash.ok")).to_contain_text("Saved.")

    director = opened(office.address, "director")
    director.goto("/publish/")
    director.click("text=Approve and publish the week")
    expect(director.locator(".flash.ok")).to_contain_text("Edition 1 is published", timeout=LONG)
    director.set_viewport_size({"width": 360, "height": 740})
    director.goto("/public/7a/")
    director.click("text=Bridges")
    picture = director.locator("article img[alt='A bridge over the river']")
    picture.scroll_into_view_if_needed()
    director.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    size = picture.bounding_box()
    width, height = (int(picture.get_attribute(name)) for name in ("width", "height"))
    assert height > width, "a photo taken upright"
    assert size["width"] <= 360 and size["height"] / size["width"] == pytest.approx(height / width, rel=0.02)
    assert director.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_cannot_be_read_is_said_beside_the_button(opened, office):  # noqa: F811
    page = at_the_lesson(opened, office, office.ready, but="^4.*/pictures/|ERR_FAILED")
    box = page.locator("details.picture").first
    box.locator("input[type=file]").set_input_files({**PHOTO, "buffer": PHOTO["buffer"][:9000]})
    expect(box.locator(".error")).to_contain_text("not whole")
    page.route("**/pictures/of/*", lambda route: route.abort())
    box.locator("input[type=file]").set_input_files(PHOTO)
    expect(box.locator("[data-shown]")).to_contain_text("Check the connection")


def test_without_script_the_form_does_it(opened, office):  # noqa: F811
    page = at_the_lesson(opened, office, office.ready, script=False)
    page.fill("[name=topic]", "Typed before")
    box = page.locator("details.picture").first
    box.locator("input[type=file]").set_input_files(PHOTO)
    box.locator("button").click()
    expect(page.locator("details.picture").first.locator(".error")).to_contain_text("Say what the picture shows")
    box.locator("[data-alt]").fill("A bridge")
    box.locator("button").click()
    expect(page.locator("[name=body]")).to_have_value(re.compile(r"!\[A bridge\]\(image:"))
    expect(page.locator("[name=topic]")).to_have_value("Typed before")
    db.session.rollback()
    assert db.session.query(Image).count() >= 1
