"""Files that come in through the office: uploaded, looked at, corrected, mended, taken in, taken back."""

import io
import re
import threading
import zipfile
from html import unescape
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from server.extensions import db
from server.importers.findings import Finding, GridCell, GridSheet
from server.models import ImportDraft, ImportRun, Person
from server.services import import_check, import_taking, imports
from server.services.import_check import Check
from server.services.running import running
from server.web import import_words
from tests.server import factory

DIRTY = Path(__file__).parents[2] / "data" / "dirty"
TERMS = "Вид;Название;Начало;Конец\nчетверть;1 четверть;01.09.2026;24.10.2026\n".encode()
LIST = "Класс;Фамилия;Имя;Отчество;Дата рождения\n7А;Вёслов;Егор;Ильич;01.02.2013\n".encode()


@pytest.fixture
def deputy(app, world):
    return factory.signed_in(app, world.accounts["deputy_studies"])


def send(client, *files, **form):
    """Upload (name, bytes) pairs."""
    form["file"] = [(io.BytesIO(data), name) for name, data in files]
    return client.post("/imports/", data=form, content_type="multipart/form-data")


def upload(client, data, name="file.csv", **form):
    """The address of the draft's page."""
    answer = send(client, (name, data), **form)
    assert answer.status_code == 303, answer.text
    return answer.location


def dirty(client, name):
    return upload(client, (DIRTY / name).read_bytes(), name)


def take(client, page, act="take", **form):
    answer = client.post(page, data={"act": act, **form})
    running().wait(import_taking.taking_name(page.rsplit("/", 1)[-1]))
    db.session.rollback()
    return answer


def inputs(text):
    """Name → value of the form's hidden fields and drop-downs, as a browser would send them."""
    text = unescape(text)
    values = dict(re.findall(r'<input type="hidden" name="(was:[^"]+)" value="([^"]*)"', text))
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)".*?>(.*?)</select>', text, re.S):
        values[name] = next(iter(re.findall(r'<option value="([^"]*)" selected>', options)), "")
    return values


def students():
    db.session.rollback()
    return {(one.last_name, one.first_name) for one in db.session.query(Person).filter(Person.birth_date.is_not(None))}


# --- uploading -------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_is_read_for_every_kind(deputy):
    page = deputy.get("/imports/").text
    for kind in imports.KINDS:
        assert kind in import_words.GUIDES, "every kind has its sentence of help"
        assert str(import_words.GUIDES[kind].reads) in page
    assert "Nothing was brought in yet" in page


def test_one_file_is_shown_at_once_several_wait_in_a_list(deputy):
    page = upload(deputy, TERMS, "terms.csv")
    assert "Nothing has been changed yet." in deputy.get(page).text
    answer = send(deputy, ("b.csv", TERMS), ("classes.csv", LIST))
    assert answer.location == "/imports/"
    text = deputy.get("/imports/").text
    assert text.count('<span class="button">Look</span>') == 3 and "classes.csv" in text


@pytest.mark.parametrize(("name", "sentence"), [
    ("empty.xlsx", "The file is empty."), ("truncated.xlsx", "damaged or cut off"), ("not_excel.xlsx", "plain text"),
    ("bomb.xlsx", "not opened"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_beside_the_field_and_the_rest_kept(deputy, name, sentence):
    answer = send(deputy, (name, (DIRTY / name).read_bytes()), ("terms.csv", TERMS))
    assert answer.status_code == 422
    assert f"<b>{name}</b>" in answer.text and sentence in answer.text and 'aria-invalid="true"' in answer.text
    assert [draft.file_name for draft in db.session.query(ImportDraft)] == ["terms.csv"]


def test_no_file_too_many_and_too_large_are_said(app, deputy):
    assert "Choose a file first." in deputy.post("/imports/", data={}).text
    many = send(deputy, *((f"{n}.csv", TERMS) for n in range(41)))
    assert many.status_code == 422 and "At most 40 files" in many.text
    app.config["MAX_CONTENT_LENGTH"] = 1000
    assert "too large" in send(deputy, ("a.csv", TERMS * 50)).text
    assert db.session.query(ImportDraft).count() == 0


def test_a_name_is_shown_as_text(deputy):
    page = upload(deputy, TERMS, "../<b>7а</b>\\<i>terms.csv")
    assert "&lt;i&gt;terms.csv" in deputy.get(page).text and "<i>terms" not in deputy.get(page).text


def test_a_form_without_its_token_is_refused(app, world):
    client = factory.visitor(app)
    client.post("/sign-in", data={"login": "deputy-studies", "password": factory.PASSWORD})
    client.environ_base.pop("HTTP_X_CSRFTOKEN", None)
    assert send(client, ("terms.csv", TERMS)).status_code in (400, 401)
    assert db.session.query(ImportDraft).count() == 0


def test_a_draft_is_open_to_all_who_may_import_and_to_nobody_else(app, world, deputy):
    page = upload(deputy, LIST, "classes.csv")
    for role in ("coordinator", "admin"):
        client = factory.signed_in(app, world.accounts[role])
        assert "classes.csv" in client.get("/imports/").text and client.get(page).status_code == 200
        assert "Rulev D. P." in client.get("/imports/").text, "whose upload it is"
    for role in ("director", "class_teacher", "subject_teacher", "operator"):
        client = factory.signed_in(app, world.accounts[role])
        assert client.get(page).status_code == client.get(f"{page}/findings.xlsx").status_code == 403
        assert client.post(page, data={"act": "take"}).status_code == 403
    assert factory.visitor(app).get(page).status_code == 302


def test_no_address_names_a_child(deputy):
    page = dirty(deputy, "classes.xlsx")
    assert re.fullmatch("/imports/[0-9a-f]{32}", page)
    links = re.findall(r'(?:href|action|data-watch)="([^"]*)"', deputy.get(page).text)
    assert all(re.fullmatch(r"[\x21-\x7e]*", link) and "Травин" not in unescape(link) for link in links)


# --- what was understood ---------------------------------------------------------------------------------------


def test_findings_say_where_what_and_why(deputy):
    page = unescape(deputy.get(dirty(deputy, "classes.xlsx")).text)
    assert "4 rows cannot be taken as they are." in page
    assert "Список, row 58" in page and "There is no date “31.02.2013”." in page
    assert "Taken, but look at it" in page and "Дата рождения" in page
    assert 'value="take"' not in page and "Take all but 4 rows" in page


def test_changes_are_told_before_anything_changes(deputy, world):
    before = students()
    page = unescape(deputy.get(upload(deputy, LIST, "classes.csv")).text)
    assert "No errors: it can be taken in." in page
    assert "New: person" in page and "Вёслов Егор Ильич" in page
    assert students() == before and db.session.query(ImportRun).count() == 0


def test_a_list_put_in_the_wrong_place_is_offered_the_right_one(deputy):
    page = upload(deputy, LIST, "classes.csv", kind="terms")
    text = deputy.get(page).text
    assert "It looks more like: Class lists." in text
    deputy.post(page, data={"better": "people"})
    assert "New: person" in deputy.get(page).text


def test_a_file_that_says_nothing_asks_what_it_is(deputy):
    page = upload(deputy, "а;б;в\n1;2;3\n".encode())
    assert "The content does not say." in deputy.get(page).text
    assert deputy.post(page, data={"act": "check", "kind": "nonsense"}).status_code == 303
    assert "The content does not say." in deputy.get(page).text
    deputy.post(page, data={"act": "check", "kind": "staff"})
    assert "Nothing can be taken from this file." in deputy.get(page).text
    assert deputy.get(f"{page}/findings.xlsx").status_code == 200


def test_a_column_is_corrected_and_the_next_file_knows_it(deputy):
    data = LIST.decode().replace("рождения\n", "рождения;Зовём\n").replace("2013\n", "2013;Ромашка\n").encode()
    page = upload(deputy, data, "classes.csv")
    form = inputs(deputy.get(page).text)
    name = next(name for name in form if name.startswith("column:") and name.endswith(":F"))
    assert form[name] == ""
    deputy.post(page, data={"act": "check", **form, name: "address"})
    text = deputy.get(page).text
    assert "as you said" in text and "No errors: it can be taken in." in text
    take(deputy, page)
    assert ("Вёслов", "Егор") in students()
    later = data + "7А;Якорев;Пётр;Ильич;03.02.2013;Кубрик\n".encode()
    text = unescape(deputy.get(upload(deputy, later, "later.csv")).text)
    assert "as you said" in text and "No errors: it can be taken in." in text and "Якорев Пётр Ильич" in text
    assert inputs(text)[name] == "address"


def test_a_correction_with_the_last_button_is_shown_before_it_is_taken(deputy):
    page = upload(deputy, LIST, "classes.csv")
    form = inputs(deputy.get(page).text)
    name = next(name for name in form if name.startswith("column:") and name.endswith(":D"))
    take(deputy, page, **{**form, name: ""})
    text = deputy.get(page).text
    assert "look at the result once more" in text and db.session.query(ImportRun).count() == 0
    take(deputy, page, **inputs(text))
    assert db.session.query(Person).filter_by(last_name="Вёслов").one().middle_name == ""


@pytest.mark.parametrize("form", [
    {"column:x:A": "nonsense", "was:x:A": ""}, {"column:x:a1": "last", "was:x:a1": ""}, {"column:x:A": "last"},
    {"twin:/2": "maybe"}, {"kind": "../people"}, {"column:": "last"},
])  # fmt: skip
def test_a_forged_form_corrects_nothing(deputy, form):
    page = upload(deputy, LIST, "classes.csv")
    assert deputy.post(page, data={"act": "check", **form}).status_code == 303
    draft = db.session.query(ImportDraft).one()
    assert (draft.kind, draft.mapping, draft.decisions) == ("people", None, {})


def test_a_probable_twin_is_a_question(deputy):
    take(deputy, upload(deputy, LIST, "classes.csv"))
    page = upload(deputy, LIST.replace("Вёслов".encode(), "Веслов".encode()), "later.csv")
    text = deputy.get(page).text
    assert "Please decide" in text and "may be Вёслов Егор Ильич" in unescape(text)
    field = re.search(r'name="(twin:[^"]+)" value="same"', text).group(1)
    deputy.post(page, data={"act": "check", field: "same"})
    text = unescape(deputy.get(page).text)
    assert "answered" in text and "No errors" in text and "Вёслов →" in text
    take(deputy, page)
    assert ("Веслов", "Егор") in students() and ("Вёслов", "Егор") not in students()


def test_a_drawn_timetable_is_shown_as_it_looks(deputy, monkeypatch):
    grid = GridSheet("1 смена", (
        (GridCell("Понедельник", "head", rowspan=2), GridCell("Алгебра", "read", colspan=2)),
        (GridCell("Физра?", "odd", "Which subject is it?"), GridCell("12")),
    ))  # fmt: skip
    monkeypatch.setattr(import_check, "check", lambda *args: Check(grid=(grid,)))
    text = deputy.get(upload(deputy, LIST, "t.xlsx", kind="timetable")).text
    assert '<td class="head" rowspan="2">Понедельник</td>' in text and 'class="read" colspan="2"' in text
    assert 'id="odd-1-1" tabindex="-1" class="odd">Физра?<span class="note">Which subject is it?</span></td>' in text
    assert '<a class="tall" href="#odd-1-1">Физра?</a>' in text
    assert "1 cell not understood" in text


def test_thousands_of_findings_do_not_make_a_page_endless(deputy, monkeypatch):
    found = tuple(Finding("warning", "text_cut", "c.csv", "", row, letter="B", value="x") for row in range(1, 5001))
    monkeypatch.setattr(import_check, "check", lambda *args: Check(findings=found))
    page = upload(deputy, LIST, "classes.csv")
    text = deputy.get(page).text
    assert len(text) < 100_000 and "4,900 more" in text.replace("4900", "4,900")
    rows = list(CalamineWorkbook.from_filelike(io.BytesIO(deputy.get(f"{page}/findings.xlsx").data)).get_sheet_by_index(
        1).to_python())  # fmt: skip
    assert len(rows) == 5001


@pytest.mark.parametrize("name", sorted(path.name for path in DIRTY.glob("*.[chx]*") if path.suffix != ".json"))
def test_every_damaged_file_gets_a_page_or_a_sentence(deputy, name):
    answer = send(deputy, (name, (DIRTY / name).read_bytes()))
    if answer.status_code == 422:
        assert f"<b>{name}</b>" in answer.text
        return
    answer_page = deputy.get(answer.location)
    assert answer_page.status_code == 200 and "Nothing has been changed yet." in answer_page.text
    assert "Something broke on our side" not in answer_page.text
    if 'name="act" value="check" data-check' in answer_page.text:
        assert deputy.get(f"{answer.location}/findings.xlsx").status_code == 200


def test_a_oneroster_set_is_shown(deputy):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in (DIRTY / "oneroster").iterdir():
            archive.writestr(path.name, path.read_bytes())
    text = deputy.get(upload(deputy, stream.getvalue(), "set.zip")).text
    assert "OneRoster" in text and "enrollments.csv" in text
    assert "Something broke on our side" not in text


# --- mended and brought back -----------------------------------------------------------------------------------


def test_the_findings_are_downloaded_mended_and_brought_back_without_error(deputy):
    page = dirty(deputy, "classes.xlsx")
    answer = deputy.get(f"{page}/findings.xlsx")
    assert answer.headers["Cache-Control"] == "no-store" and "attachment" in answer.headers["Content-Disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    own = rows["Список"]
    own[29] = [""] * len(own[29])  # the double
    own[57][4], own[58][0], own[76][1] = "03.03.2013", "11А", "Травина"
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as mended:
        for name, cells in rows.items():
            sheet = mended.add_worksheet(name)
            for n, row in enumerate(cells):
                for m, text in enumerate(row):
                    sheet.write_string(n, m, text)
    page = upload(deputy, stream.getvalue(), "mended.xlsx")
    text = unescape(deputy.get(page).text)
    assert "No errors: it can be taken in." in text and "Korablik" not in text.split("<main")[1]
    take(deputy, page)
    assert db.session.query(ImportRun).one().counts["created"] == 98


# --- taking in and back ----------------------------------------------------------------------------------------


def test_a_file_is_taken_in_and_taken_back(deputy, world):
    before = students()
    page = upload(deputy, LIST, "classes.csv")
    assert take(deputy, page).location == page
    text = unescape(deputy.get(page).text)
    assert "Taken in" in text and "What comes next" in text and "Вёслов Егор Ильич" in text
    assert students() - before == {("Вёслов", "Егор")}
    run = db.session.query(ImportRun).one()
    assert run.actor_id == world.person("deputy_studies")
    assert "1" in text and f"/imports/undo/{run.id}" in text
    answer = deputy.post(f"/imports/undo/{run.id}", follow_redirects=True)
    assert "The import was taken back" in answer.text and "taken back</span>" in answer.text
    assert students() == before
    assert "No errors: it can be taken in." in deputy.get(page).text, "the upload is still there"
    again = deputy.post(f"/imports/undo/{run.id}", follow_redirects=True)
    assert "Only the last import can be taken back." in again.text


def test_all_but_the_rows_in_error(deputy):
    page = dirty(deputy, "classes.xlsx")
    take(deputy, page)
    assert db.session.query(ImportRun).count() == 0, "with errors nothing is taken by the other button"
    take(deputy, page, "skip")
    text = deputy.get(page).text
    assert "4 rows were left out because of errors." in text and f"{page}/findings.xlsx" in text
    assert db.session.query(ImportRun).one().counts["created"] == 95
    assert deputy.get(f"{page}/findings.xlsx").status_code == 200


def test_a_double_click_takes_it_in_once(deputy, monkeypatch):
    page, hold, real, calls = upload(deputy, LIST, "classes.csv"), threading.Event(), imports.run, []
    deputy.get(page)
    monkeypatch.setattr(import_check, "PATIENCE", 0)

    def slow(*args, **values):
        calls.append(values["dry_run"])
        hold.wait(30)
        return real(*args, **values)

    monkeypatch.setattr(imports, "run", slow)
    for _click in range(2):
        assert deputy.post(page, data={"act": "take"}).status_code == 303
    text = deputy.get(page).text
    assert "Taking it in" in text and f'data-watch="{page}/progress"' in text and "<noscript><meta" in text
    assert deputy.get(f"{page}/progress").json["state"] == "running"
    hold.set()
    running().wait(import_taking.taking_name(page.rsplit("/", 1)[-1]))
    db.session.rollback()
    take(deputy, page)
    assert calls == [False] and db.session.query(ImportRun).count() == 1
    assert "Taken in" in deputy.get(page).text


def test_many_files_are_taken_in_at_once_but_those_with_errors(app, world, deputy):
    factory.signed_in(app, world.accounts["coordinator"]).post(
        "/imports/", data={"file": [(io.BytesIO(LIST.replace(b"01.02", b"02.02")), "theirs.csv")]}
    )  # fmt: skip
    send(deputy, ("classes.csv", LIST), ("bells.csv", (DIRTY / "bells.csv").read_bytes()), ("terms.csv", TERMS))
    assert deputy.post("/imports/all").status_code == 303
    running().wait(import_taking.all_name(world.accounts["deputy_studies"]))
    db.session.rollback()
    taken = db.session.query(ImportRun).order_by(ImportRun.seq)
    assert [run.kind for run in taken] == ["terms", "people"], "terms go before lists"
    waiting = db.session.query(ImportDraft).filter_by(run_id=None)
    assert {draft.file_name for draft in waiting} == {"bells.csv", "theirs.csv"}
    assert deputy.get("/imports/all/progress").json["state"] == "done"
    assert deputy.get("/imports/").status_code == 200


def test_after_a_restart_the_result_is_still_told(app, deputy):
    page = upload(deputy, LIST, "classes.csv")
    take(deputy, page)
    app.extensions.pop("running")
    text = deputy.get(page).text
    assert "Taken in" in text and "new" in text and "Take it back" in text


def test_a_slow_check_shows_how_far_it_is(deputy, monkeypatch):
    hold, real = threading.Event(), imports.run

    def slow(*args, progress=None, **values):
        progress("classes.csv", 40, 100)
        hold.wait(30)
        return real(*args, **values)

    monkeypatch.setattr(imports, "run", slow)
    monkeypatch.setattr(import_check, "PATIENCE", 0.2)
    page = upload(deputy, LIST, "classes.csv")
    text = deputy.get(page).text
    assert "Checking the file" in text and "40 of 100 rows" in text
    hold.set()
    running().wait(import_check.running_name(page.rsplit("/", 1)[-1]))
    assert deputy.get(f"{page}/progress").json["state"] == "done"
    assert "No errors" in deputy.get(page).text


def test_a_breakdown_tells_no_name_and_can_be_tried_again(deputy, monkeypatch):
    real = imports.run

    def broken(*args, **values):
        raise ValueError("Вёслов Егор")

    monkeypatch.setattr(imports, "run", broken)
    page = upload(deputy, LIST, "classes.csv")
    text = deputy.get(page).text
    assert "Something broke on our side" in text and "Вёслов" not in text
    monkeypatch.setattr(imports, "run", real)
    assert "No errors" in deputy.get(page).text


def test_what_was_worked_on_since_is_not_taken_back(app, world, deputy):
    page = upload(deputy, LIST, "classes.csv")
    take(deputy, page)
    student = db.session.query(Person).filter_by(last_name="Вёслов").one().id
    factory.connectivity(student)
    run = db.session.query(ImportRun).one().id
    answer = deputy.post(f"/imports/undo/{run}", follow_redirects=True)
    assert "cannot be taken back any more" in answer.text and "Вёслов" in answer.text
    assert ("Вёслов", "Егор") in students()
    other = factory.signed_in(app, world.accounts["coordinator"]).get("/imports/").text
    assert "Вёслов" not in other, "the reasons are for whoever asked"


def test_a_long_way_back_shows_that_it_goes_on(app, world, deputy, monkeypatch):
    take(deputy, upload(deputy, LIST, "classes.csv"))
    run, hold, real = db.session.query(ImportRun).one().id, threading.Event(), imports.undo

    def slow(*args):
        hold.wait(30)
        return real(*args)

    monkeypatch.setattr(imports, "undo", slow)
    monkeypatch.setattr(import_check, "PATIENCE", 0)
    deputy.post(f"/imports/undo/{run}")
    text = deputy.get("/imports/").text
    assert "Taking the last import back" in text and f'data-watch="/imports/undo/{run}/progress"' in text
    assert f'action="/imports/undo/{run}"' not in text
    assert deputy.get(f"/imports/undo/{run}/progress").json["state"] == "running"
    hold.set()
    running().wait(import_taking.undoing_name(run))
    assert "The import was taken back" in deputy.get("/imports/").text


def test_a_file_put_aside_is_gone(app, deputy):
    page = upload(deputy, LIST, "classes.csv")
    answer = deputy.post(page, data={"act": "leave"}, follow_redirects=True)
    assert "Nothing was changed." in answer.text and deputy.get(page).status_code == 404
    assert list((app.extensions["korablik"].home / "imports").iterdir()) == []


def test_what_is_known_already_says_so(deputy):
    take(deputy, upload(deputy, LIST, "classes.csv"))
    page = upload(deputy, LIST, "again.csv")
    text = deputy.get(page).text
    assert "Everything in this file is known already." in text and 'value="take"' not in text


# --- the way there ---------------------------------------------------------------------------------------------


def test_the_menu_leads_there_for_those_who_may(app, world):
    for role, shown in (("deputy_studies", True), ("admin", True), ("director", False), ("subject_teacher", False)):
        client = factory.signed_in(app, world.accounts[role])
        assert ('href="/imports/"' in client.get("/").text) is shown, role


def test_today_of_an_empty_school_begins_with_files(app):
    factory.school()
    client = factory.signed_in(app, factory.account("deputy", "deputy_studies"))
    assert "The school is still empty" in client.get("/").text
    factory.group()
    assert "The school is still empty" not in client.get("/").text


def test_a_file_of_which_nothing_can_be_taken_offers_no_way_in(deputy):
    page = deputy.get(upload(deputy, "Класс;Фамилия;Имя;Дата рождения\n7А;Вёслов;Егор;31.02.2013\n".encode())).text
    assert "Nothing can be taken from this file as it is." in page
    assert 'value="skip"' not in page and 'value="take"' not in page and "Download the findings" in page


def test_next_steps_are_pages_that_exist_and_may_be_opened(app, world, deputy):
    for kind in imports.KINDS:
        with app.test_request_context():
            steps = import_words.next_steps(kind)
        assert steps == [] or all(address.startswith("/") for _text, address in steps)
    take(deputy, upload(deputy, LIST, "classes.csv"))
    page = deputy.get(upload(deputy, LIST.replace(b"2013", b"2012"), "b.csv"))
    assert page.status_code == 200
