"""The table of rights: what each duty needs, and what must never follow from a grant."""

from hypothesis import given
from hypothesis import strategies as st

from server.models import ROLES
from server.policy import SCHOOL, TABLE, Action, Grant, Reach, Scope, allows, anywhere, in_force, realm

A = Action
OWN = Scope(frozenset({"7a"}), frozenset({"7a-algebra"}))
SAME_CLASS = Scope(frozenset({"7a"}), frozenset({"7a-physics"}))
OTHER = Scope(frozenset({"8b"}), frozenset({"8b-algebra"}))
CHANGES = {A.MARK_SET, A.TERM_MARK_SET}

ids = st.sampled_from(["7a", "8b", "9v"])
courses = st.sampled_from(["7a-algebra", "7a-physics", "8b-algebra"])
grants = st.builds(Grant, st.sampled_from(ROLES), st.none() | ids, st.none() | courses)
scopes = st.builds(Scope, st.frozensets(ids), st.frozensets(courses))
actions = st.sampled_from(list(Action))


def test_every_role_has_its_row() -> None:
    assert set(TABLE) == set(ROLES)


def test_a_subject_teacher_marks_own_courses_only() -> None:
    taught = [Grant("subject_teacher", "7a", "7a-algebra")]
    for action in (A.WORK_LOG, A.MARK_SET, A.TERM_MARK_SET, A.LESSON_EDIT, A.JOURNAL_EXPORT, A.ABSENCE_SET):
        assert allows(taught, action, OWN)
        assert not allows(taught, action, SAME_CLASS)
        assert not allows(taught, action, OTHER)


def test_a_subject_teacher_sees_the_class_of_the_course_with_its_phones() -> None:
    taught = [Grant("subject_teacher", "7a", "7a-algebra")]
    assert allows(taught, A.PEOPLE_VIEW, Scope(frozenset({"7a"})))
    assert allows(taught, A.CONTACTS_VIEW, Scope(frozenset({"7a"})))
    assert not allows(taught, A.PEOPLE_VIEW, Scope(frozenset({"8b"})))


def test_a_grant_on_a_group_counts_for_every_course_of_it() -> None:
    assert allows([Grant("subject_teacher", "7a")], A.MARK_SET, SAME_CLASS)
    assert not allows([Grant("subject_teacher", "7a")], A.MARK_SET, OTHER)


def test_a_subject_teacher_without_courses_reaches_nothing() -> None:
    assert not anywhere([Grant("subject_teacher")], A.MARK_SET)


def test_a_class_teacher_sees_all_of_the_class_logs_returns_and_marks_nothing() -> None:
    own = [Grant("class_teacher", "7a")]
    for action in (A.WORK_VIEW, A.MARK_VIEW, A.JOURNAL_VIEW, A.PEOPLE_EDIT, A.WORK_LOG, A.ABSENCE_SET):
        assert allows(own, action, SAME_CLASS)
        assert not allows(own, action, OTHER)
    assert not any(allows(own, action, OWN) for action in CHANGES)


def test_only_teachers_of_a_course_set_marks() -> None:
    marking = {role for role in ROLES for action in CHANGES if action in TABLE[role]}
    assert marking == {"subject_teacher", "network_teacher"}
    assert all(TABLE[role][action] is Reach.COURSES for role in marking for action in CHANGES)


def test_those_who_answer_for_teaching_see_all() -> None:
    for role in ("director", "deputy_studies", "coordinator"):
        for action in (A.WORK_VIEW, A.MARK_VIEW, A.JOURNAL_VIEW, A.LESSON_VIEW, A.PEOPLE_VIEW, A.FIGURES_VIEW):
            assert allows([Grant(role)], action, OTHER)


def test_an_administrator_manages_accounts_but_sees_no_journal() -> None:
    admin = [Grant("admin")]
    for action in (A.ACCOUNTS_MANAGE, A.ROLES_MANAGE, A.SETTINGS_EDIT, A.IMPORT_RUN):
        assert allows(admin, action, SCHOOL)
    for action in (A.JOURNAL_VIEW, A.MARK_VIEW, A.WORK_VIEW, A.CONTACTS_VIEW):
        assert not anywhere(admin, action)


def test_support_staff_note_attendance_and_nothing_else() -> None:
    noted = [A.ABSENCE_SET, A.PRESENCE_REPORT]
    assert [action for action in Action if anywhere([Grant("support_staff")], action)] == noted


def test_a_psychologist_reads_logs_talks_and_advises_and_changes_nothing_else() -> None:
    reads = {A.PEOPLE_VIEW, A.CONTACTS_VIEW, A.WORK_VIEW, A.MARK_VIEW, A.JOURNAL_VIEW, A.CONTACT_VIEW, A.COUNSEL_VIEW,
             A.CONTACT_LOG, A.ADVICE_EDIT}  # fmt: skip
    assert {action for action in Action if anywhere([Grant("psychologist")], action)} == reads


def test_an_operator_counts_only_on_duty_and_never_sees_marks() -> None:
    held = [Grant("operator"), Grant("tutor", "7a")]
    assert in_force(held, on_duty=False) == (Grant("tutor", "7a"),)
    assert allows(in_force(held, on_duty=True), A.HOTLINE_USE, SCHOOL)
    assert not allows([Grant("operator")], A.MARK_VIEW, OTHER)


def test_a_role_granted_on_a_class_stays_within_it() -> None:
    assert allows([Grant("deputy_studies", "7a")], A.LESSON_EDIT, OWN)
    assert not allows([Grant("deputy_studies", "7a")], A.LESSON_EDIT, OTHER)
    assert not allows([Grant("deputy_studies", "7a")], A.DAY_PUBLISH, SCHOOL)


@given(st.lists(grants), grants, actions, scopes)
def test_one_grant_more_takes_nothing_away(held: list[Grant], more: Grant, action: Action, scope: Scope) -> None:
    assert allows([*held, more], action, scope) >= allows(held, action, scope)


@given(st.lists(grants), actions, scopes, scopes)
def test_touching_more_needs_no_less_to_match(held: list[Grant], action: Action, one: Scope, two: Scope) -> None:
    both = Scope(one.groups | two.groups, one.courses | two.courses)
    if both != SCHOOL and one != SCHOOL:
        assert allows(held, action, both) >= allows(held, action, one)


@given(st.sampled_from(ROLES), ids | st.none(), courses | st.none(), actions, scopes)
def test_a_narrower_grant_gives_nothing_that_the_whole_school_does_not(
    role: str, group: str | None, course: str | None, action: Action, scope: Scope
) -> None:
    if TABLE[role].get(action) is Reach.SCHOOL:
        assert allows([Grant(role)], action, scope) >= allows([Grant(role, group, course)], action, scope)


@given(st.lists(grants), actions, ids, courses)
def test_lists_show_what_may_be_opened(held: list[Grant], action: Action, group: str, course: str) -> None:
    own = realm(held, action)
    assert (own.everything or group in own.groups) == allows(held, action, Scope(frozenset({group})))
    assert (own.everything or course in own.courses) == allows(held, action, Scope(frozenset(), frozenset({course})))


@given(st.lists(grants), actions, scopes)
def test_what_is_allowed_somewhere_is_allowed_anywhere(held: list[Grant], action: Action, scope: Scope) -> None:
    assert anywhere(held, action) >= allows(held, action, scope)
