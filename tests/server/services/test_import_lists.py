"""Class lists and staff: matching, proposals, moves between classes, and what is never done."""

from datetime import date, timedelta

from apiflask import APIFlask
from sqlalchemy import func, select

from server import models, store
from server.extensions import db
from server.services import checks
from tests.server import village
from tests.server.village import bring, codes

HEADER = "Класс;Фамилия;Имя;Отчество;Дата рождения;Пол;Телефон;ФИО родителя;Телефон родителя;E-mail родителя;Адрес\n"
LEAF = "5;Листов;Пётр;Ильич;03.07.2015;м;;Листова Анна Юрьевна;+7 999 000-10-10;;ул. Новая, 1\n"
ROOT = "5;Корнева;Вера;Ильинична;04.08.2015;ж;;Корнев Илья Олегович;+7 999 000-20-20;kornev@example.org;ул. Новая, 2\n"


def listed(*rows: str) -> tuple[str, bytes]:
    return ("list.csv", (HEADER + "".join(rows)).encode())


def one(last: str) -> models.Person:
    db.session.remove()
    return db.session.scalars(select(models.Person).where(models.Person.last_name == last)).one()


def classes_of(last: str) -> list[tuple[str, date, date | None]]:
    db.session.remove()
    query = select(models.Group.name, models.Membership.since, models.Membership.until)
    query = query.join(models.Membership, models.Membership.group_id == models.Group.id).join(models.Person)
    return [tuple(row) for row in db.session.execute(query.where(models.Person.last_name == last).order_by("since"))]


def test_the_first_list_holds_since_the_year_began_a_newcomer_since_today(school: APIFlask) -> None:
    bring("terms", "terms.csv")
    bring("people", listed(LEAF))
    bring("people", listed(LEAF, ROOT))
    assert classes_of("Листов") == [("5", date(2026, 9, 1), None)]
    assert classes_of("Корнева") == [("5", date(2026, 12, 7), None)]


def test_names_match_without_case_and_in_any_unicode_form(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    report = bring("people", listed(LEAF.replace("Листов;Пётр", "ЛИСТОВ;Пе\u0308тр")))
    assert report.counts == {"unchanged": 1}


def test_a_near_name_is_proposed_and_never_guessed(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    before = village.fingerprint()
    for near in (LEAF.replace("Пётр", "Петр"), LEAF.replace("Листов;", "Веткин;"), LEAF.replace("Ильич", "")):
        report = bring("people", listed(near))
        assert codes(report) == ["student_perhaps_known"]
        assert "Листов Пётр Ильич" in report.findings[-1].suggestion
        assert village.fingerprint() == before


def test_a_decision_makes_it_the_same_or_another_student(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    known = one("Листов").id
    married = LEAF.replace("Листов;", "Веткин;")
    bring("people", listed(married), decisions={"list.csv//2": "same"})
    assert one("Веткин").id == known
    bring("people", listed(LEAF), decisions={"list.csv//2": "new"}, skip_errors=True)
    assert one("Листов").id != known


def test_twins_of_one_list_are_two_students(school: APIFlask) -> None:
    report = bring("people", listed(LEAF, LEAF.replace("Пётр", "Павел"), LEAF.replace("Пётр", "Петр")))
    assert report.counts["created"] == 3
    assert bring("people", listed(LEAF, LEAF.replace("Пётр", "Павел"), LEAF.replace("Пётр", "Петр"))).changed is False


def test_who_is_missing_in_a_list_is_shown_and_stays(school: APIFlask) -> None:
    bring("people", listed(LEAF, ROOT))
    report = bring("people", listed(LEAF))
    assert report.counts == {"unchanged": 1, "shown": 1}
    assert not report.changed
    assert [finding.value for finding in report.findings] == ["Корнева Вера Ильинична"]
    assert [until for _, _, until in classes_of("Корнева")] == [None]


def test_a_list_of_another_class_misses_nobody(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    assert "shown" not in bring("people", listed(ROOT.replace("5;", "6;", 1))).counts


def test_another_class_ends_the_old_one(school: APIFlask) -> None:
    bring("terms", "terms.csv")
    bring("people", listed(LEAF, ROOT, LEAF.replace("5;Листов;Пётр", "6;Листов;Олег")))
    report = bring("people", listed(ROOT.replace("5;", "6;", 1)))
    assert codes(report, "warning") == ["group_changed"]
    assert classes_of("Корнева") == [("5", date(2026, 9, 1), date(2026, 12, 6)), ("6", date(2026, 12, 7), None)]


def test_a_class_mistyped_today_is_simply_corrected(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    bring("people", listed(LEAF.replace("5;", "6;", 1)))
    assert [name for name, _, _ in classes_of("Листов")] == ["6"]


def test_what_a_list_does_not_state_is_kept(school: APIFlask) -> None:
    bring("people", listed(ROOT))
    bring("people", ("short.csv", b""), listed(ROOT.replace("kornev@example.org", "").replace("ж;", ";")))
    assert one("Корнева").sex == "f"
    assert one("Корнев").email == "kornev@example.org"


def test_a_guardian_of_several_children_is_one_person(school: APIFlask) -> None:
    sister = LEAF.replace("Листов;Пётр;Ильич", "Листова;Нина;Ильинична").replace("03.07.2015", "05.05.2016")
    bring("people", listed(LEAF, sister))
    assert db.session.scalar(select(func.count()).select_from(models.Person)) == 3
    assert len(db.session.scalars(select(models.Guardianship)).all()) == 2
    household = db.session.scalars(select(models.Household)).one()
    assert (household.address, household.confirmed) == ("ул. Новая, 1", False)


def test_an_only_child_needs_no_confirmation(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    assert not db.session.scalars(select(models.Household)).one().confirmed  # that is for people to say
    assert "household_unconfirmed" not in {problem.code for problem in checks.problems(db.session, village.NOW)}


def test_a_guardian_with_a_new_phone_stays_the_same_person(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    known = one("Листова").id
    report = bring("people", listed(LEAF.replace("000-10-10", "000-30-30")))
    assert report.counts == {"updated": 1}
    assert (one("Листова").id, one("Листова").phone) == (known, "+79990003030")


def test_two_phones_of_one_guardian_in_a_list_do_not_alternate(school: APIFlask) -> None:
    rows = listed(LEAF, LEAF.replace("Пётр", "Павел").replace("000-10-10", "000-30-30"))
    bring("people", listed(LEAF, LEAF.replace("Пётр", "Павел")))
    bring("people", rows)
    before = village.fingerprint()
    assert not bring("people", rows).changed
    assert village.fingerprint() == before


def test_a_broken_row_leaves_everything_unchanged_unless_skipped(school: APIFlask) -> None:
    before = village.fingerprint()
    broken = listed(LEAF, ROOT.replace("04.08.2015", "31.02.2015"))
    report = bring("people", broken)
    assert report.refused == ("list.csv",) and report.errors == 1 and not report.changed
    assert report.counts == {}
    assert village.fingerprint() == before
    report = bring("people", broken, skip_errors=True)
    assert report.changed and report.counts == {"created": 1} and report.refused == ()


def test_one_broken_file_does_not_stop_the_others(school: APIFlask) -> None:
    report = bring("people", ("empty.csv", b""), listed(LEAF))
    assert report.refused == ("empty.csv",)
    assert report.counts == {"created": 1} and report.changed


def test_the_same_list_in_three_formats_is_one_list(here: APIFlask) -> None:
    for name in ("classes.csv", "classes_html.xls"):
        report = bring("people", name)
        assert (report.counts, report.changed) == ({"unchanged": 96}, False)


# --- staff -----------------------------------------------------------------------------------------------------

STAFF = "Фамилия;Имя;Отчество;Предметы;Роли;Классное руководство;Телефон;E-mail\n"
ANNA = "Веслова;Анна;Павловна;Физика;учитель, директор;5;+7 999 000-40-40;anna@example.org\n"


def staff(*rows: str) -> tuple[str, bytes]:
    return ("staff.csv", (STAFF + "".join(rows)).encode())


def grants(last: str) -> set[tuple[str, str | None]]:
    db.session.remove()
    query = select(models.RoleGrant.role, models.Group.name).join(models.Person, models.RoleGrant.person)
    query = query.outerjoin(models.Group, models.Group.id == models.RoleGrant.group_id)
    return {tuple(row) for row in db.session.execute(query.where(models.Person.last_name == last))}


def test_staff_get_their_roles_and_nothing_is_released(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    assert bring("staff", staff(ANNA)).counts == {"created": 1}
    assert grants("Веслова") == {("subject_teacher", None), ("director", None), ("class_teacher", "5")}
    assert one("Веслова").released == []
    assert bring("staff", staff(ANNA)).counts == {"unchanged": 1}


def test_a_homeroom_that_the_lists_do_not_know_is_an_error(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    report = bring("staff", staff(ANNA.replace(";5;", ";7;")))
    assert codes(report) == ["group_unknown"]
    assert not report.changed


def test_staff_before_the_lists_makes_the_class(school: APIFlask) -> None:
    assert not bring("staff", staff(ANNA)).errors
    assert bring("people", listed(LEAF)).counts == {"created": 1}
    assert db.session.scalar(select(func.count()).select_from(models.Group)) == 1


def test_a_teacher_who_is_a_parent_here_is_one_person(school: APIFlask) -> None:
    bring("people", listed(LEAF.replace("Листова Анна Юрьевна", "Веслова Анна Павловна").replace("10-10", "40-40")))
    known = one("Веслова").id
    bring("staff", staff(ANNA))
    assert one("Веслова").id == known


def test_staff_of_one_name_are_told_apart_by_phone(school: APIFlask) -> None:
    bring("staff", staff(ANNA))
    other = models.Person(id="x" * 32, slug="namesake", last_name="Веслова", first_name="Анна", middle_name="Павловна",
                          phone="+79990005050")  # fmt: skip
    grant = models.RoleGrant(id="y" * 32, person_id="x" * 32, role="tutor", since=date(2026, 9, 1))
    store.write(lambda session: session.add(other))
    store.write(lambda session: session.add(grant))
    assert codes(bring("staff", staff(ANNA.replace("+7 999 000-40-40", "")))) == ["staff_ambiguous"]
    assert not bring("staff", staff(ANNA)).changed


def test_roles_and_people_missing_in_a_list_stay(here: APIFlask) -> None:
    report = bring("staff", staff("Кукушкин;Андрей;Иванович;История;учитель;;;\n"))
    assert report.counts == {"unchanged": 1, "shown": 13}
    assert ("director", None) in grants("Кукушкин")


# --- connectivity ----------------------------------------------------------------------------------------------

SURVEY = "Класс,Ученик,Дата рождения,Устройство,Общее с братьями/сёстрами,Интернет,ТВ,Телефон для связи,Канал\n"


def survey(internet: str, name: str = "Листов Пётр Ильич") -> tuple[str, bytes]:
    return ("survey.csv", f"{SURVEY}5,{name},03.07.2015,смартфон,да,{internet},да,,сайт школы\n".encode())


def test_the_survey_is_kept_by_day(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    assert bring("connectivity", survey("нет")).counts == {"created": 1}
    assert bring("connectivity", survey("4G нестабильно")).counts == {"updated": 1}  # the same day: corrected
    tomorrow = village.NOW + timedelta(days=1)
    assert bring("connectivity", survey("4G нестабильно"), now=tomorrow).counts == {"unchanged": 1}
    assert bring("connectivity", survey("нет"), now=tomorrow).counts == {"created": 1}
    db.session.remove()
    assert checks.counts(db.session)["connectivity"] == {"нет": 1}
    assert db.session.scalar(select(func.count()).select_from(models.Connectivity)) == 2


def test_a_student_whom_the_lists_do_not_know_is_an_error(school: APIFlask) -> None:
    bring("people", listed(LEAF))
    report = bring("connectivity", survey("нет", "Чужой Иван Ильич"))
    assert codes(report) == ["student_unknown"]
    assert (report.findings[-1].file, report.findings[-1].row) == ("survey.csv", 2)
