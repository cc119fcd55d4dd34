"""Two invented classes, 7a ("near") and 8b ("far"), and one account for every role, for tests of pages and rights.

The class teacher and the tutor have 7a; the subject and the network teacher have algebra in 7a; all others have the
whole school. The operator is on duty.
"""

from dataclasses import dataclass

from server.models import ROLES
from tests.server import factory
from tests.server.factory import LessonIds


@dataclass(frozen=True)
class Class:
    """A class with one course, one lesson with material and a task, and two students with works."""

    id: str
    slug: str
    course: str
    lesson: LessonIds
    material: str
    task: str
    student: str  # has a guardian with a phone, and no internet
    guardian: str
    sibling: str  # another student of the class
    codes: dict[str, str]  # student id → work's code

    @property
    def code(self) -> str:
        """The code of the student's work."""
        return self.codes[self.student]


@dataclass(frozen=True)
class World:
    """What the tests of pages stand on. ``accounts``: role → account id."""

    near: Class
    far: Class
    accounts: dict[str, str]
    spare: str  # an account without any role, for acts on accounts
    clerk: str  # a person of staff without account

    def person(self, role: str) -> str:
        """The person behind a role's account."""
        return factory.person_of(self.accounts[role])


def build() -> World:
    """Build it all in the current application."""
    factory.school()
    factory.bells()
    near = _class("7 «А»", "7a", 7, "algebra", "Veslov", "Yegor")
    far = _class("8 «Б»", "8b", 8, "geometry", "Bakenov", "Timur")
    accounts = {role: _account(role, near) for role in ROLES}
    factory.duty(factory.person_of(accounts["operator"]))
    clerk = factory.person("Shturmanova", "Lada", "Igorevna")
    factory.grant(clerk, "support_staff")
    return World(near, far, accounts, factory.account("spare"), clerk)


def _class(name: str, slug: str, grade: int, subject: str, last: str, first: str) -> Class:
    group = factory.group(name, slug, grade)
    student = factory.student(group, last, first, phone="+7 900 000-00-02")
    sibling = factory.student(group, "Yakornaya", "Vera")
    factory.connectivity(student)
    course = factory.course(group, subject)
    lesson = factory.lesson(course, topic="Linear equations")
    material = factory.material(lesson.lesson_course)
    task = factory.task(lesson.lesson_course)
    guardian = factory.guardian(student, last + "a", "Anna")
    return Class(group, slug, course, lesson, material, task, student, guardian, sibling, factory.works(task))


def _account(role: str, near: Class) -> str:
    if role in ("class_teacher", "tutor"):
        return factory.account(role.replace("_", "-"), role, group_id=near.id)
    if role == "network_teacher":
        return factory.account("network-teacher", role, course_id=near.course)
    if role == "subject_teacher":
        account = factory.account("subject-teacher")
        factory.teacher(near.course, factory.person_of(account))
        return account
    return factory.account(role.replace("_", "-"), role)
