"""What each role answers for, in a sentence, as the list of duties says it."""

from flask_babel import lazy_gettext as _l

ANSWERS_FOR = {
    "director": _l("Distributes duties, approves days before they go out, answers to families and the authority."),
    "deputy_studies": _l("Composes the days, arranges substitutions, submits days, controls teaching and attestation."),
    "deputy_upbringing": _l("Each student's connection, work with families, behaviour."),
    "coordinator": _l("Distance learning: the day's timetable, replacements, materials for every student."),
    "class_teacher": _l("Attendance and results of the class, the word to parents, students' data."),
    "subject_teacher": _l("Lessons, tasks, marks and comments of the courses taught."),
    "network_teacher": _l("Lessons and marks of a course taught for other schools."),
    "tutor": _l("Individual plans and progress of the students accompanied."),
    "psychologist": _l("Counsel, and notes that only those entitled read."),
    "operator": _l("The hotline while on duty: families' questions, dictated work, requests."),
    "support_staff": _l("Notes who is at the lesson."),
    "admin": _l("Accounts, settings, files; sees no marks."),
    "timetabler": _l("Composes days and arranges substitutions for the deputy head."),
    "day_approver": _l("Approves and publishes days when the director is away."),
}  # fmt: skip
