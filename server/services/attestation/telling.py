"""What a family is told of a result or a debt: a text for the messages, which choose the way and who may hear it."""

from collections.abc import Sequence

from flask_babel import format_date
from flask_babel import gettext as _

from server.services.attestation.papers import result
from server.services.attestation.reading import ExamView
from server.services.attestation.results import Said


def title(exam: ExamView) -> str:
    """Of the message."""
    return _("Exam: %(subject)s", subject=exam.subject)


def text(exam: ExamView, said: Said, resits: Sequence[ExamView]) -> str:
    """The result, and in debt when the resit is; no name: messages add the child's."""
    day = format_date(exam.on, "d MMMM") if exam.on else ""
    head = f"{exam.subject}, {day}" if day else exam.subject
    told = [_("%(exam)s: did not come to the exam.", exam=head) if said.absent
            else _("%(exam)s: %(result)s.", exam=head, result=result(said, exam.max_points))]  # fmt: skip
    if said.debt:
        planned = [one for one in resits if one.on]
        if planned:
            on = format_date(planned[0].on, "d MMMM")
            told.append(_("The exam must be sat again: %(day)s, %(time)s.", day=on, time=planned[0].starts or "–"))
        else:
            told.append(_("The exam must be sat again. The school will tell the day."))
    return " ".join(told)
