"""Pictures on a lesson's form: sent, seen, said what they show, put into the text; with a script and without."""

import io
import re

import pytest

from server import store
from server.extensions import db
from server.models import Image, ImportDraft, Material, Threshold
from server.services import import_desk
from tests.pictures import AUTHOR, file_of, photo, triangle, view
from tests.server import factory
from tests.server.web.test_auth import limited  # noqa: F401
from tests.server.web.test_lessons import Form, address, fresh, typed

NAMED = re.compile(r'data-name value="([0-9a-f]{64}\.(?:webp|png))"')


@pytest.fixture
def teacher(app, world):
    return factory.signed_in(app, world.accounts["subject_teacher"])


def sent(data: bytes, name: str = "../../photo.jpg"):
    return io.BytesIO(data), name


def stored(world) -> str:
    return fresh(Material).filter_by(lesson_course_id=world.near.lesson.lesson_course).one().body


def send(client, world, data: bytes, **more):
    return client.post(f"/pictures/of/{world.near.lesson.lesson_course}", data={"picture": sent(data), **more})


def test_a_picture_is_shown_as_phones_get_it(app, world, teacher):
    answer = send(teacher, world, photo())
    assert answer.status_code == 200
    [name] = NAMED.findall(answer.text)
    [row] = fresh(Image).all()
    assert row.name == name and row.added_by == factory.person_of(world.accounts["subject_teacher"])
    assert row.bytes <= 30_000 and f"{-(-row.bytes // 1000)} KB; all pictures of this lesson:" in answer.text
    picture = teacher.get(f"/pictures/{name}")
    assert picture.data == (app.extensions["korablik"].images / name).read_bytes() and len(picture.data) == row.bytes
    assert picture.content_type == "image/webp"
    assert AUTHOR.encode() not in picture.data


def test_a_double_click_gives_one_picture(world, teacher):
    names = {NAMED.findall(send(teacher, world, photo()).text)[0] for _ in range(2)}
    assert len(names) == fresh(Image).count() == 1


def test_what_cannot_be_read_says_why(world, teacher):
    for data, words in ((b"%PDF-1.7", "not a picture"), (photo()[:5000], "not whole"), (b"", "Choose a picture")):
        answer = send(teacher, world, data)
        assert answer.status_code == 422 and words in answer.text and not NAMED.findall(answer.text)
    assert fresh(Image).count() == 0


def test_many_pictures_at_once_have_to_wait(limited):  # noqa: F811
    client = factory.signed_in(limited, factory.account("vera", "deputy_studies"))
    lesson = factory.lesson(factory.course(factory.group())).lesson_course
    form = {"act": "add-picture-body", "body": "", "picture-body": ""}
    codes = [client.post(f"/pictures/of/{lesson}").status_code for _ in range(20)]
    codes += [client.post(f"/lessons/{lesson}", data=form).status_code for _ in range(12)]
    assert codes == [422] * 30 + [429] * 2
    assert client.post(f"/lessons/{lesson}", data={"act": "preview"}).status_code == 200


def test_without_script_the_picture_goes_to_the_end_of_its_text(world, teacher):
    form = typed(teacher, world, topic="Unsaved", act="add-picture-body",
                 **{"picture-alt-body": " A [leaf], *cut*  in two "})  # fmt: skip
    page = teacher.post(address(world), data={**form, "picture-body": sent(photo())}).text
    body = Form(page).values["body"][0]
    name = re.search(r"\(image:(.+)\)", body)[1]
    assert body == rf"Read and solve.{chr(10)}{chr(10)}![A \[leaf\], \*cut\* in two](image:{name})"
    assert Form(page).values["topic"] == ["Unsaved"]
    assert stored(world) == "Read and solve.", "nothing is stored before Save"
    saved = typed(teacher, world, body=body)
    assert teacher.post(address(world), data=saved).status_code == 303
    seen = teacher.post(f"{address(world)}/preview", data={"text": body}).text
    assert f'<img src="/pictures/{name}" alt="A [leaf], *cut* in two" width=' in seen


def test_without_script_a_picture_for_a_task_goes_there(world, teacher):
    form = typed(teacher, world, act="add-picture-task-0-text", **{"picture-alt-task-0-text": "A leaf"})
    page = teacher.post(address(world), data={**form, "picture-task-0-text": sent(photo())}).text
    assert "![A leaf](image:" in Form(page).values["task-text"][0]
    assert "image:" not in Form(page).values["body"][0]


def test_a_picture_without_words_is_kept_until_they_are_said(world, teacher):
    form = typed(teacher, world, act="add-picture-body")
    answer = teacher.post(address(world), data={**form, "picture-body": sent(photo())})
    assert answer.status_code == 422 and "Say what the picture shows" in answer.text
    again = Form(answer.text).values
    assert again["picture-name-body"] and "image:" not in again["body"][0]
    again |= {"act": ["add-picture-body"], "picture-alt-body": ["A leaf"]}
    page = teacher.post(address(world), data=again).text
    assert f"![A leaf](image:{again['picture-name-body'][0]})" in Form(page).values["body"][0]


def test_a_button_for_no_text_is_refused(world, teacher):
    form = typed(teacher, world, act="add-picture-task-9-text")
    assert teacher.post(address(world), data=form).status_code == 400


@pytest.mark.parametrize(
    ("text", "words"),
    [("![ ](image:{name})", "Picture 1 does not say"), ("![leaf](image:{gone})", "There is no picture 00000000")],
)
def test_a_text_whose_picture_says_nothing_or_is_not_here_is_not_saved(world, teacher, text, words):
    name = NAMED.findall(send(teacher, world, photo()).text)[0]
    body = text.format(name=name, gone=f"{'0' * 64}.webp")
    answer = teacher.post(address(world), data=typed(teacher, world, body=body))
    assert answer.status_code == 422 and words in answer.text
    assert Form(answer.text).values["body"] == [body] and 'id="e-body"' in answer.text
    assert stored(world) == "Read and solve."


def test_the_lesson_says_how_much_its_pictures_are(world, teacher):
    first = NAMED.findall(send(teacher, world, file_of(triangle(), "PNG")).text)[0]
    store.write(lambda session: session.merge(Threshold(code="pictures_kb", name="x", value=10, source="x")))
    big = send(teacher, world, file_of(view(), "PNG"), text=[f"![t](image:{first})", f"![t](image:{first})"])
    sizes = sum(row.bytes for row in fresh(Image).all())
    assert f"{-(-sizes // 1000)} of 10 KB" in big.text and "much to load" in big.text


def test_names_are_not_ways(app, world, teacher):
    (app.extensions["korablik"].images.parent / "secret.png").parent.mkdir(exist_ok=True)
    (app.extensions["korablik"].images.parent / "secret.png").write_bytes(b"x")
    for name in ("..%2Fsecret.png", "secret.png", f"{'a' * 64}.svg", f"{'a' * 64}.webp"):
        assert teacher.get(f"/pictures/{name}").status_code == 404


def test_who_may_only_read_sees_the_picture(app, world, teacher):
    form = typed(teacher, world, act="add-picture-body", **{"picture-alt-body": "A leaf"})
    page = teacher.post(address(world), data={**form, "picture-body": sent(photo())}).text
    teacher.post(address(world), data=typed(teacher, world, body=Form(page).values["body"][0]))
    director = factory.signed_in(app, world.accounts["director"])
    address_of = re.search(r'<img src="(/pictures/[^"]+)" alt="A leaf"', director.get(address(world)).text)[1]
    assert director.get(address_of).status_code == 200
    assert factory.visitor(app).get(address_of).status_code in (302, 401)
    db.session.rollback()


def test_files_dropped_together_come_together(app, world):
    clerk = factory.signed_in(app, world.accounts["deputy_studies"])
    lesson = b"---\ngrade: 7\nsubject: algebra\ntopic: Leaves\n---\n![A leaf](leaf.jpg)\n\n![Half](half.jpg)\n"
    files = [sent(photo()[:5000], "half.jpg"), sent(lesson, "leaves.md"), sent(photo(), "leaf.jpg")]
    answer = clerk.post("/imports/", data={"kind": "content", "file": files})
    assert answer.status_code == 422 and "half.jpg" in answer.text and "not whole" in answer.text
    draft = fresh(ImportDraft).one()
    [row] = fresh(Image).all()
    text = import_desk.content(app.extensions["korablik"], draft).decode()
    assert draft.file_name == "leaves.md" and f"![A leaf](image:{row.name})" in text and "![Half](half.jpg)" in text
