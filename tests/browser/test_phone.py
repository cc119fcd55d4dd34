"""The teacher's phone with the network really cut: what was logged comes to school, all of it, once."""

import shutil
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select, update

from server import models, store
from server.services import keys
from sync import opfile, parcel
from sync.p256 import read_point
from tests.browser import phone_school
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.phone_school import LAST_NAMES, School, built, choose, enrol, open_task, page, school, unsent
from tests.server import logbook

__all__ = ["built", "page", "school"]
pytestmark = pytest.mark.browser

SEND = "POST /api/v1/ops"


def cut(page: Page, school: School) -> None:
    """No signal: neither for the browser nor on the line."""
    school.line.set(cut=True)
    page.context.set_offline(True)


def connect(page: Page, school: School) -> None:
    """The signal is back."""
    school.line.set()
    page.context.set_offline(False)


def test_thirty_returns_logged_without_signal_survive_a_killed_browser_and_arrive_once(playwright, school, tmp_path):
    profile = tmp_path / "profile"
    context, page = started(playwright, profile)
    enrol(page, school)
    cut(page, school)
    open_task(page)
    for number, last in enumerate(LAST_NAMES):
        expect(page.locator("#pad-who")).to_contain_text(last)
        if number in (3, 17):
            page.keyboard.press("k")
            page.keyboard.type(f"Comment {number}")
            page.keyboard.press("Enter")
        page.keyboard.press("5432"[number % 4])
    unsent(page, 30)
    kill(profile)
    context, page = started(playwright, profile)
    context.set_offline(True)
    page.goto(f"{school.line.address}/phone/")
    unsent(page, 30)
    expect(page.locator("ul.rows li", has_text="Zimin")).to_contain_text("On this phone")
    assert school.ops() == []
    connect(page, school)
    unsent(page, 0)
    expect(page.locator("ul.rows li", has_text="Zimin")).to_contain_text("Taken by the school")
    context.close()
    told = school.ops()
    assert [(type_, outcome) for type_, outcome, _data in told] == [("return", "accepted")] * 30
    assert school.marks() == {last: ["5432"[number % 4]] for number, last in enumerate(LAST_NAMES)}
    assert [data["comment"] for *_, data in told if data["comment"]] == ["Comment 3", "Comment 17"]
    assert school.line.asked[SEND] == 1


def started(playwright, profile: Path) -> tuple[BrowserContext, Page]:
    """A browser of its own whose data lie in ``profile``."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=FLAGS, viewport={"width": 360, "height": 740}
    )
    return context, context.pages[0]


def kill(profile: Path) -> None:
    """End the browser of that profile as a dead battery would."""
    mark = f"--user-data-dir={profile}"
    mine = [one for one in psutil.process_iter(["cmdline"]) if mark in (one.info["cmdline"] or [])]
    assert mine
    for one in mine:
        one.kill()
    psutil.wait_procs(mine, 10)
    for lock in profile.glob("Singleton*"):
        lock.unlink()


def log_by_code(page: Page, code: str, mark: str, comment: str = "") -> None:
    """One work by its code and keys."""
    page.locator("#code").fill("")
    page.locator("#code").press_sequentially(code)
    expect(page.locator(".work-form")).to_be_visible()
    page.keyboard.press(mark)
    if comment:
        page.locator("#comment").fill(comment)
    page.get_by_role("button", name="Save and next code").click()
    expect(page.locator(".work-form")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("on the phone")


def test_a_typed_code_is_checked_and_named_on_the_phone(page, school):
    cut(page, school)
    code = school.known.codes["Ivushkin"]
    page.locator("#code").press_sequentially(code[:8] + str((int(code[8]) + 1) % 10))
    expect(page.locator("#code-wrong")).to_contain_text("one digit is mistyped")
    page.locator("#code").fill("")
    page.locator("#code").press_sequentially(code)
    expect(page.locator(".work-form")).to_contain_text("Ivushkin")
    expect(page.locator(".work-form")).to_contain_text("Linear equations, No. 412–415")
    page.locator("#code").fill(f"K1OTHRW{code}00".replace("O", "A"))
    expect(page.locator("#code-wrong")).to_contain_text("another school")


def test_two_taps_are_one_act(page, school):
    cut(page, school)
    page.locator("#code").press_sequentially(school.known.codes["Utkin"])
    expect(page.locator(".work-form")).to_be_visible()
    page.keyboard.press("4")
    page.evaluate("""() => {
        const save = document.querySelector('.work-form button.main');
        save.click(); save.click(); save.form.requestSubmit();
    }""")
    unsent(page, 1)
    open_task(page)
    choose(page, "Bakenova")
    page.locator(".pad button", has_text="5").dblclick()
    unsent(page, 2)
    expect(page.locator("#pad-who")).to_contain_text("Berezkin")
    connect(page, school)
    unsent(page, 0)
    assert school.marks() == {"Utkin": ["4"], "Bakenova": ["5"]}


def test_a_slip_is_corrected_before_it_leaves_and_chained_after(page, school):
    cut(page, school)
    open_task(page)
    page.keyboard.press("2")
    choose(page, "Bakenova")
    page.keyboard.press("5")
    unsent(page, 1)
    connect(page, school)
    unsent(page, 0)
    choose(page, "Bakenova")
    page.keyboard.press("4")
    unsent(page, 0)
    school.line.until(SEND, 2)
    unsent(page, 0)
    assert school.marks() == {"Bakenova": ["5", "4"]}
    assert [outcome for _, outcome, _ in school.ops()] == ["accepted", "accepted"]


def test_an_answer_that_is_lost_after_the_commit_makes_no_second_record(page, school):
    school.line.set(loses=True)
    log_by_code(page, school.known.codes["Sosnov"], "3")
    school.line.until(SEND)
    unsent(page, 1)
    while not school.ops():
        page.wait_for_timeout(50)
    expect(page.locator("#status")).to_contain_text("no connection")
    school.line.set()
    unsent(page, 0)
    expect(page.locator("ul.rows li", has_text="Sosnov")).to_contain_text("Taken by the school")
    assert [(type_, outcome) for type_, outcome, _ in school.ops()] == [("return", "accepted")]
    assert school.line.asked[SEND] >= 2


def test_nobody_storms_an_office_that_does_not_answer(page, school):
    school.line.set(cut=True)
    page.clock.install()
    log_by_code(page, school.known.codes["Sosnov"], "3")
    tries = page.evaluate("performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/')).length")
    for _ in range(60):
        page.clock.run_for(10_000)
    after = page.evaluate("performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/')).length")
    assert after - tries <= 14  # in ten minutes


def test_what_the_school_does_not_take_is_told_with_its_sentence(page, school):
    cut(page, school)
    log_by_code(page, school.known.codes["Volnov"], "5")
    log_by_code(page, school.known.codes["Zimin"], "5")
    with school.app.app_context():
        logbook.hand_in(school.known.codes["Volnov"], mark="2")
        store.write(lambda session: session.execute(update(models.Task).where(models.Task.id == school.known.task)
                                                    .values(scale="pass")))  # fmt: skip
    connect(page, school)
    unsent(page, 0)
    page.locator("#status").click()
    odd = page.locator("section", has_text="Look at these again")
    expect(odd.locator("li", has_text="Zimin")).to_contain_text("is not a mark here")
    odd.get_by_role("button", name="Understood").first.click()
    expect(odd.locator("li")).to_have_count(1)


def test_two_values_are_shown_as_such(page, school):
    cut(page, school)
    log_by_code(page, school.known.codes["Volnov"], "5")
    with school.app.app_context():
        logbook.hand_in(school.known.codes["Volnov"], mark="2")
    connect(page, school)
    unsent(page, 0)
    page.locator("#status").click()
    odd = page.locator("section", has_text="Look at these again")
    expect(odd.locator("li", has_text="Volnov")).to_contain_text("two values")
    assert sorted(school.marks()["Volnov"]) == ["2", "5"]


def test_revoking_wipes_the_phone_and_leaves_only_what_the_school_can_open(page, school):
    cut(page, school)
    log_by_code(page, school.known.codes["Ryabova"], "5", "Neat.")
    unsent(page, 1)
    school.revoke(page.origin)
    connect(page, school)
    expect(page.locator("main")).to_contain_text("has disconnected this phone")
    expect(page.locator("main")).to_contain_text("1 record not yet at school")
    left = page.evaluate(WHAT_IS_KEPT)
    assert {name: count for name, count in left["counts"].items() if count} == {"kv": 1}
    assert "Ryabova" not in left["text"] and "Neat" not in left["text"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Save outbox to a file").click()
    assert [op["data"]["comment"] for op in batch_in(school, download.value.path())] == ["Neat."]
    assert school.ops() == []


WHAT_IS_KEPT = """() => new Promise((resolve) => {
  const open = indexedDB.open('korablik-phone');
  open.onsuccess = async () => {
    const db = open.result, counts = {}, texts = [];
    for (const name of db.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = db.transaction(name).objectStore(name).getAll();
        asked.onsuccess = () => done(asked.result);
      });
      counts[name] = rows.length;
      texts.push(JSON.stringify(rows));
    }
    db.close();
    resolve({ counts, text: texts.join() });
  };
})"""


def until_kept(page: Page, text: str) -> None:
    """Wait until it is on the phone, whatever happens to the page."""
    while text not in page.evaluate(WHAT_IS_KEPT)["text"]:
        page.wait_for_timeout(50)


def batch_in(school: School, path: Path) -> list[dict]:
    """The envelopes in a saved file, opened as the school opens it."""
    file = opfile.read(path.read_bytes())
    device = school.rows(select(models.Device.public_key).where(models.Device.origin == file.device))[0][0]
    with school.app.app_context():
        own = keys.ops_key(school.home / "keys")
    batch = parcel.read(opfile.opened(file, own, read_point(device)), packed=True)
    return batch.envelopes


def test_records_saved_to_a_file_stay_until_they_are_acknowledged(page, school):
    cut(page, school)
    log_by_code(page, school.known.codes["Machtin"], "4")
    page.locator("#status").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save outbox to a file").click()
    assert download.value.suggested_filename.endswith(".korablik")
    assert [op["data"]["code"] for op in batch_in(school, download.value.path())] == [school.known.codes["Machtin"]]
    expect(page.locator("li", has_text="Machtin")).to_contain_text("in a file too")
    unsent(page, 1)
    connect(page, school)
    unsent(page, 0)


def test_a_school_that_came_back_from_a_backup_gets_again_what_it_had_taken(built, page, school, tmp_path):
    log_by_code(page, school.known.codes["Kedrova"], "5")
    unsent(page, 0)
    expect(page.locator("ul.rows li", has_text="Kedrova")).to_contain_text("Taken by the school")
    old = tmp_path / "backup"
    shutil.copytree(built[0], old)
    with phone_school.school_on(old, school.known, school.line) as again:
        with again.app.app_context():
            store.write(lambda session: session.execute(update(models.School).values(epoch="f" * 32)))
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("main")).to_contain_text("does not know this phone")
        page.locator("#enrol-code").fill(again.code())
        page.locator("main button.main").click()
        expect(page.locator(".check-digits")).to_be_visible()
        again.confirm()
        expect(page.locator("#code")).to_be_visible()
        unsent(page, 0)
        again.line.until(SEND, 2)
        while not again.ops():
            page.wait_for_timeout(50)
        assert again.marks() == {"Kedrova": ["5"]}


def test_another_epoch_asks_for_the_last_thirty_days_again(page, school):
    log_by_code(page, school.known.codes["Kedrova"], "5")
    unsent(page, 0)
    with school.app.app_context():
        store.write(lambda session: session.execute(update(models.School).values(epoch="f" * 32)))
    sent = school.line.asked[SEND]
    page.evaluate("dispatchEvent(new Event('online'))")
    school.line.until(SEND, sent + 1)
    unsent(page, 0)
    assert [outcome for _, outcome, _ in school.ops()] == ["accepted"]
    open_task(page)
    expect(page.locator(".people li")).to_have_count(30)
    expect(page.locator(".people li", has_text="Kedrova")).to_contain_text("5")
    page.locator("#places a").first.click()
    log_by_code(page, school.known.codes["Zimin"], "3")
    unsent(page, 0)
    assert school.marks() == {"Kedrova": ["5"], "Zimin": ["3"]}


def test_several_tabs_send_once(page, school):
    other = page.context.new_page()
    other.goto(f"{school.line.address}/phone/")
    expect(other.locator("#code")).to_be_visible()
    cut(page, school)
    log_by_code(page, school.known.codes["Utkin"], "4")
    log_by_code(other, school.known.codes["Volnov"], "5")
    unsent(page, 2)
    unsent(other, 2)
    connect(page, school)
    unsent(page, 0)
    unsent(other, 0)
    assert school.marks() == {"Utkin": ["4"], "Volnov": ["5"]}
    assert [outcome for _, outcome, _ in school.ops()] == ["accepted"] * 2


def test_absences_and_calls_are_logged_without_signal_too(page, school):
    cut(page, school)
    page.locator("#places a").nth(2).click()
    page.locator("ul.rows a").first.click()
    choose(page, "Dymova")
    page.locator(".pad button", has_text="Б").click()
    unsent(page, 1)
    page.locator("#places a").nth(3).click()
    page.locator("#call-who").press_sequentially("ber")
    page.locator(".found button").click()
    expect(page.locator(".chosen a")).to_contain_text("Berezkina")
    page.get_by_label("results", exact=True).check(force=True)
    page.get_by_label("talked", exact=True).check(force=True)
    page.locator("#call-minutes").fill("3")
    page.get_by_role("button", name="Save the call").click()
    unsent(page, 2)
    connect(page, school)
    unsent(page, 0)
    (_, first, away), (_, second, call) = school.ops()
    assert (first, second) == ("accepted", "accepted")
    dymova = school.known.students["Dymova"]
    assert away == {"student": dymova, "lesson": school.known.lesson, "letter": "Б", "reason": ""}
    assert (call["student"], call["direction"], call["topic"], call["outcome"], call["seconds"]) == (
        school.known.students["Berezkin"], "out", "results", "reached", 180)  # fmt: skip
