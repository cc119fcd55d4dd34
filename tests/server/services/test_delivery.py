"""Registers of delivery: each pack on one, late ones on a new one, said once, taken back, overdue when it is."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from server.extensions import db
from server.models import Household, Manifest, Membership, Pack, PackStep, Person, Work
from server.services import numbering, pack_stops
from server.services.delivery import finding, handing, overdue, register_view, registers, stop_list, stops
from server.services.delivery.places import open_stops
from server.services.delivery.registers import Doer
from server.services.delivery.stops import Words
from sync.codes import make_label, parse_code
from tests.server import factory, logbook
from tests.server.factory import TODAY
from tests.server.parcels import WEEK, change, doer, printed, put, stop, where
from tests.server.village import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def town(app):
    """A class with two families, of which one has two children, and a stop."""
    factory.school()
    group = factory.group()
    home = factory.new_id()
    factory.add(Household(id=home, address="Sadovaya 4"))
    yegor = factory.student(group, "Veslov", "Yegor", household_id=home)
    zoya = factory.student(factory.group("5", "5", 5), "Veslova", "Zoya", household_id=home)
    vera = factory.student(group, "Yakornaya", "Vera")
    lesson = factory.lesson(factory.course(group)).lesson_course
    codes = factory.works(factory.task(lesson, due_on=TODAY + timedelta(days=2)))
    return {"group": group, "yegor": yegor, "zoya": zoya, "vera": vera, "codes": codes, "stop": stop(),
            "clerk": factory.account("clerk", "deputy_studies")}  # fmt: skip


def made(now=NOW, classes=None) -> registers.Made:
    done = registers.make_registers(WEEK, doer(now=now), classes)
    db.session.remove()
    return done


def lines(day: date = TODAY) -> list[register_view.Register]:
    db.session.remove()
    return register_view.of_week(db.session, WEEK, day, None)


def refused(act, *args) -> str:
    with pytest.raises(Exception) as error:
        act(*args)
    db.session.remove()
    return error.value.code


def steps_of(pack_id: str) -> list[tuple[str, str, str]]:
    """What happened since it was printed."""
    db.session.remove()
    rows = db.session.scalars(
        select(PackStep).where(PackStep.pack_id == pack_id, PackStep.step != "printed").order_by(PackStep.n)
    )
    return [(row.step, row.channel, row.remark) for row in rows]


def test_each_pack_comes_onto_one_register_of_its_stop_or_class(town):
    put(town["yegor"], town["stop"])
    packs = [printed(town[name]) for name in ("yegor", "zoya", "vera")]
    done = made()
    assert (done.listed, len(done.codes)) == (3, 3) and all(parse_code(code) == code for code in done.codes)
    assert [where(pack) for pack in packs] == ["Far Cordon", "5", "7 «А»"]
    assert made() == registers.Made((), 0, 0), "a second time changes nothing"
    assert [line.name for line in lines()] == ["Far Cordon", "5", "7 «А»"], "the round, then the classes"
    assert set(done.codes) <= numbering.taken(db.session)


def test_a_class_teacher_makes_the_register_of_the_class_at_school_alone(town):
    put(town["yegor"], town["stop"])
    packs = [printed(town[name]) for name in ("yegor", "zoya", "vera")]
    assert made(classes={town["group"]}).listed == 1
    assert [where(pack) for pack in packs] == [None, None, "7 «А»"]


def test_late_packs_join_a_register_that_waits_and_open_a_new_one_after_it_went_out(town):
    first = printed(town["yegor"])
    [code] = made().codes
    second = printed(town["vera"])
    assert made().codes == () and where(second) == where(first)
    handing.hand_over(_id(code), "Dorogin", NOW, "register", doer(town["clerk"]))
    late = printed(town["vera"], edition=2, supplement=True)
    [other] = made(LATER).codes
    assert other != code and db.session.get(Pack, late).manifest_id == _id(other)
    assert {len(line.lines) for line in lines()} == {1, 2}


def test_brothers_and_sisters_share_an_envelope(town):
    for name in ("yegor", "zoya", "vera"):
        put(town[name], town["stop"])
        printed(town[name])
    made()
    [line] = lines()
    assert [(one.written, one.envelope) for one in line.lines] == [
        ("Veslova Zoya", 1), ("Veslov Yegor", 1), ("Yakornaya Vera", 2),
    ]  # fmt: skip
    assert (line.envelopes, line.leaves, line.works, line.came) == (2, 9, 2, 0)


def test_packs_stand_on_a_register_as_they_lie_in_the_stops_file(town):
    for name, first in (("Abramov", "Zakhar"), ("Yudin", "Anton"), ("Veslova", "Alla")):
        factory.student(town["group"], name, first)
    students = list(db.session.scalars(select(Person.id).join(Membership, Membership.person_id == Person.id)))
    db.session.remove()
    for student in students:
        put(student, town["stop"])
        printed(student)
    made()
    [line] = lines()
    classes = {"7a": [id for id in students if id != town["zoya"]], "5": [town["zoya"]]}
    [place] = pack_stops.places(db.session, classes)
    assert [one.student_id for one in line.lines] == list(place.students)


def test_works_are_to_be_back_after_the_last_one_is_due_and_the_days_of_the_way(town):
    put(town["yegor"], town["stop"])
    printed(town["yegor"])
    printed(town["vera"])
    printed(town["zoya"])
    made()
    assert {line.name: line.due_on for line in lines()} == {
        "Far Cordon": TODAY + timedelta(days=9), "7 «А»": TODAY + timedelta(days=2), "5": None,
    }  # fmt: skip
    stops.edit(town["stop"], Words("Rowan Hamlet", "post", days=3), doer())
    assert lines()[0].name == "Rowan Hamlet" and lines()[0].due_on == TODAY + timedelta(days=5)


def test_a_student_who_left_gets_none_and_one_who_leaves_later_is_shown(town):
    change(town["vera"], left_on=TODAY)
    printed(town["vera"])
    printed(town["yegor"])
    assert made() == registers.Made(tuple(line.code for line in lines()), 1, 1)
    change(town["yegor"], left_on=TODAY)
    assert lines()[0].lines[0].left_on == TODAY


def test_a_pack_is_moved_and_taken_off_while_its_register_waits(town):
    pack = printed(town["yegor"])
    made()
    code = registers.move(pack, town["stop"], doer())
    assert where(pack) == "Far Cordon" and lines()[0].code == code
    assert lines()[0].lines[0].elsewhere.name == "7 «А»", "the student's paper goes to the class"
    registers.move(pack, None, doer())
    assert where(pack) == "7 «А»"
    assert registers.take_off([pack], doer()) == 1 and where(pack) is None
    assert steps_of(pack) == []
    made()
    assert where(pack) == "7 «А»" and [step for step, *_rest in steps_of(pack)] == ["listed"]
    registers.take_off([pack], doer(), for_good=True)
    assert made().listed == 0 and where(pack) is None, "what is not to be delivered comes onto none"
    printed(town["yegor"], at=LATER)
    assert made(LATER).listed == 1, "printed again it does"


def test_what_is_on_its_way_stays_on_its_register(town):
    pack = printed(town["yegor"])
    [code] = made().codes
    handing.hand_over(_id(code), "", NOW, "register", doer(town["clerk"]))
    assert refused(registers.move, pack, town["stop"], doer()) == "register_handed"
    assert refused(registers.take_off, [pack], doer()) == "register_handed"
    printed(town["yegor"], at=LATER, pages=7)
    assert made(LATER).listed == 0 and where(pack) == "7 «А»", "reprinted, but not lost"
    put(town["yegor"], town["stop"])
    assert lines()[0].lines[0].elsewhere is None


def test_handed_over_and_back_are_said_once_and_told_with_who_said_it(town):
    packs = [printed(town["yegor"]), printed(town["vera"])]
    [code] = made().codes
    other = factory.account("other", "director")
    first = handing.hand_over(_id(code), " Dorogin  P. S. ", NOW, "register", doer(town["clerk"]))
    again = handing.hand_over(_id(code), "somebody", LATER, "call", doer(other, LATER))
    assert (first.fresh, first.state, first.packs, again.fresh, again.at) == (True, "handed", 2, False, NOW)
    assert again.who == lines()[0].handed_by != "" and lines()[0].taken_by == "Dorogin P. S."
    back = handing.come_back(_id(code), {packs[1]: "missing"}, LATER, "call", doer(other, LATER))
    assert back.fresh and not handing.come_back(_id(code), {}, LATER, "call", doer(town["clerk"], LATER)).fresh
    assert [step for step, *_rest in steps_of(packs[0])] == ["listed", "handed"], "of one day it is one step"
    assert steps_of(packs[1])[-1] == ("lost", "call", "did not arrive")
    [line] = lines()
    assert (line.state, line.lost, [one.written for one in line.going]) == ("back", 1, ["Veslov Yegor"])


def test_what_was_said_by_mistake_is_taken_back_step_by_step(town):
    pack = printed(town["yegor"])
    [code] = made().codes
    by = doer(town["clerk"])
    handing.hand_over(_id(code), "Dorogin", NOW, "register", by)
    handing.come_back(_id(code), {pack: "damaged"}, NOW, "register", by)
    assert handing.take_back(_id(code), "handed", by).fresh is False, "it came back meanwhile"
    assert handing.take_back(_id(code), "back", by).state == "handed"
    assert handing.take_back(_id(code), "back", by).fresh is False
    assert [step for step, *_rest in steps_of(pack)] == ["listed", "handed"]
    assert handing.take_back(_id(code), "handed", by).state == "made"
    assert [step for step, *_rest in steps_of(pack)] == ["listed"] and lines()[0].taken_by == ""
    handing.come_back(_id(code), {}, NOW, "register", by)
    assert lines()[0].handed_at == NOW, "a register that is back had gone out"
    assert handing.take_back(_id(code), "back", by).state == "made"


def test_a_lost_pack_that_is_printed_again_comes_onto_a_new_register(town):
    lost, kept = printed(town["yegor"]), printed(town["vera"])
    [code] = made().codes
    handing.hand_over(_id(code), "", NOW, "register", doer())
    assert handing.say_lost(lost, "missing", "call", doer()) and not handing.say_lost(lost, "missing", "call", doer())
    assert made().listed == 0
    printed(town["yegor"], at=LATER)
    [new] = made(LATER).codes
    assert [len(line.lines) for line in lines()] == [1, 1] and db.session.get(Pack, lost).manifest_id == _id(new)
    assert db.session.get(Pack, kept).manifest_id == _id(code)


def test_a_lost_pack_may_turn_up(town):
    pack = printed(town["yegor"])
    [code] = made().codes
    handing.hand_over(_id(code), "", NOW, "register", doer())
    handing.say_lost(pack, "refused", "register", doer())
    assert handing.say_found(pack, "register", doer()) and not handing.say_found(pack, "register", doer())
    assert lines()[0].lost == 0


def test_a_closed_stop_gives_its_students_and_waiting_packs_away(town):
    second = stop("Rowan Hamlet", 2)
    for name in ("yegor", "vera"):
        put(town[name], town["stop"])
    pack = printed(town["yegor"])
    [code] = made().codes
    handing.hand_over(_id(code), "", NOW, "register", doer())
    waits = printed(town["vera"])
    made(LATER)
    assert stops.close(town["stop"], second, doer()) == stops.Closed(2, 1)
    assert where(pack) == "Far Cordon" and where(waits) == "Rowan Hamlet"
    db.session.remove()
    assert db.session.get(Person, town["vera"]).stop_id == second
    assert refused(stops.place, [town["vera"]], town["stop"], doer()) == "stop_unknown"
    assert refused(registers.move, waits, town["stop"], doer()) == "stop_unknown"
    stops.reopen(town["stop"], doer())
    db.session.remove()
    assert [one.name for one in open_stops(db.session, TODAY).values()] == ["Rowan Hamlet", "Far Cordon"]


def test_the_round_has_an_order_and_names_of_its_own(town):
    second = stops.add(Words("Rowan  Hamlet", "post"), doer())
    stops.order(second, True, doer())
    stops.order(second, True, doer())
    db.session.remove()
    assert [one.name for one in open_stops(db.session, TODAY).values()] == ["Rowan Hamlet", "Far Cordon"]
    assert refused(stops.add, Words("far cordon", "post"), doer()) == "stop_twice"
    assert refused(stops.add, Words("x" * 81, "post"), doer()) == "text_long"
    assert refused(stops.add, Words("Moon", "rocket"), doer()) == "bad_request"
    assert refused(stops.edit, "f" * 32, Words("Moon", "other"), doer()) == "stop_unknown"
    assert refused(stops.order, "f" * 32, True, doer()) == "stop_unknown"


def test_a_stop_is_proposed_by_a_sibling_or_the_address_and_never_taken_silently(town):
    home = factory.new_id()
    factory.add(Household(id=home, address="ul. Sadovaya, d. 4"))
    change(town["vera"], household_id=home)
    factory.connectivity(town["vera"], channel="paper")
    put(town["zoya"], town["stop"])
    known = stop_list.kids(db.session, TODAY, None)
    found = stop_list.proposals(db.session, known, open_stops(db.session, TODAY))
    assert {(one.kid.id, one.stop_id, one.why) for one in found} == {
        (town["yegor"], town["stop"], "sibling"), (town["vera"], town["stop"], "address"),
    }  # fmt: skip
    db.session.remove()
    assert db.session.get(Person, town["yegor"]).stop_id is None
    put(town["vera"], stop("Rowan Hamlet", 2))
    known = stop_list.kids(db.session, TODAY, None)
    found = stop_list.proposals(db.session, known, open_stops(db.session, TODAY))
    assert [one.why for one in found] == ["sibling"], "two stops at one address propose none, a sibling still does"


def test_works_of_a_register_that_went_out_are_overdue_after_its_day(town):
    put(town["yegor"], town["stop"])
    for name in ("yegor", "vera"):
        printed(town[name])
    made()
    late = TODAY + timedelta(days=10)
    assert overdue.overdue(db.session, late, None) == [], "nobody has them yet"
    assert overdue.on_today(db.session, TODAY, None) == overdue.OnToday(0, 0, None, 2)
    for line in lines():
        handing.hand_over(line.id, "", NOW, "register", doer())
    db.session.remove()
    assert [place.name for place in overdue.overdue(db.session, TODAY + timedelta(days=3), None)] == ["7 «А»"]
    places = overdue.overdue(db.session, late, None)
    assert [(place.name, place.works, [one.student.name for one in place.students]) for place in places] == [
        ("Far Cordon", 1, ["Veslov Yegor"]), ("7 «А»", 1, ["Yakornaya Vera"]),
    ]  # fmt: skip
    assert overdue.overdue(db.session, late, {"other"}) == []
    logbook.hand_in(town["codes"][town["yegor"]], mark="4")
    db.session.remove()
    assert overdue.count(db.session, late, None) == (1, 1, TODAY + timedelta(days=2))
    assert [line.came for line in lines()] == [1, 0] and len(lines(late)[1].overdue(late)) == 1
    printed(town["vera"], edition=2, at=LATER)
    [code] = made(LATER).codes
    stops.place([town["vera"]], None, doer())
    handing.say_lost(db.session.scalars(select(Pack.id).where(Pack.edition_number == 1,
                     Pack.student_id == town["vera"])).one(), "missing", "call", doer())  # fmt: skip
    db.session.remove()
    assert overdue.overdue(db.session, late, None) == [], f"lost, and {code} has not gone out yet"


def test_a_code_leads_to_its_register_or_says_in_a_sentence_why_not(town):
    pack = printed(town["yegor"])
    digits = db.session.get(Pack, pack).code
    school = "TEST"
    assert refused(finding.find, db.session, digits, school) == "pack_unlisted"
    [code] = made().codes
    assert finding.find(db.session, code, school) == finding.Found(code)
    assert finding.find(db.session, f"{code[:3]} {code[3:6]}-{code[6:]}", school).register == code
    assert finding.find(db.session, make_label(school, "M", code, 0).text.lower(), school).register == code
    assert finding.find(db.session, make_label(school, "P", digits, 0).text, school) == finding.Found(code, digits)
    work = db.session.scalars(select(Work.code)).first()
    wrong = {
        work: "register_code_work", make_label(school, "W", work, 1).text: "register_code_work",
        make_label("ABCD", "M", code, 0).text: "qr_other_school", "123456789": "code_check", "12": "code_format",
        "https://example.org": "code_format", make_label(school, "X", code, 0).text: "qr_foreign",
        make_label(school, "M", digits, 0).text: "register_code_unknown", "K1TESTM": "qr_foreign",
    }  # fmt: skip
    assert {typed: refused(finding.find, db.session, typed, school) for typed in wrong} == wrong


def test_an_empty_or_unknown_register_and_a_day_to_come_are_refused(town):
    pack = printed(town["yegor"])
    [code] = made().codes
    registers.take_off([pack], doer())
    assert refused(handing.hand_over, _id(code), "", NOW, "register", doer()) == "register_empty"
    assert refused(handing.come_back, _id(code), {}, NOW, "register", doer()) == "register_empty"
    assert refused(handing.hand_over, "f" * 32, "", NOW, "register", doer()) == "register_unknown"
    assert refused(handing.hand_over, _id(code), "x" * 101, NOW, "register", doer()) == "text_long"
    assert refused(registers.move, "f" * 32, None, doer()) == "pack_unknown"
    zone = ZoneInfo("Asia/Yekaterinburg")
    tomorrow = TODAY + timedelta(days=1)
    assert refused(handing.moment_of, tomorrow, doer(), zone) == "delivery_in_future"
    assert handing.moment_of(TODAY - timedelta(days=1), doer(), zone).hour == 12
    assert handing.moment_of(TODAY, doer(), zone) == NOW
    made()
    assert refused(handing.come_back, _id(code), {"f" * 32: "missing"}, NOW, "register", doer()) == "bad_request"
    assert refused(registers.make_registers, "W50", doer()) == "week_invalid"


def _id(code: str) -> str:
    db.session.remove()
    return db.session.scalars(select(Manifest.id).where(Manifest.code == code)).one()


def test_a_doer_may_be_nobody(town):
    printed(town["yegor"])
    assert registers.make_registers(WEEK, Doer(None, None, NOW, TODAY)).listed == 1
    assert lines()[0].made_by == ""
