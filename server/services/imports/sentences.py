"""The sentences of what imports find on the side of the database, added to those of the importers."""

from flask_babel import lazy_gettext as _l

from server.importers.messages import MESSAGES

SENTENCES = {
    "content_picture_refused": _l("The picture “%(value)s” was left out: %(reason)s"),
    # calendar
    "year_missing": _l("No school year is known. Import the terms first."),
    "year_assumed": _l("No terms are known: the timetable is for %(value)s. Its lessons get dates with the terms."),
    "terms_span": _l("The dates span more than a school year: %(value)s."),
    "term_overlaps_known": _l("“%(value)s” overlaps “%(other)s”, which was imported before."),
    "term_not_in_file": _l("“%(value)s” is not in the file and stays."),
    "shift_unknown": _l("There is no shift %(value)s: shifts are 1 to 3."),
    "period_unknown": _l("There is no lesson number %(value)s: numbers are 0 to 20."),
    "bell_not_in_file": _l("Lesson %(value)s of shift %(shift)s is not in the file and stays."),
    "bell_overlaps_known": _l("Lesson %(value)s overlaps lesson %(other)s, which was imported before."),
    "weeks_too_many": _l("The timetable has %(value)s kinds of week; at most 4 are possible."),
    # people
    "student_perhaps_known": _l("“%(value)s” may be %(suggestion)s, who is known. Please decide."),
    "student_not_in_list": _l("%(value)s, class %(group)s, is not in the list and stays."),
    "student_unknown": _l("There is no “%(value)s” in class %(group)s."),
    "group_changed": _l("%(value)s moves from %(before)s to %(after)s."),
    "group_unknown": _l("There is no class “%(value)s”. Known: %(suggestion)s."),
    "guardian_without_name": _l("A guardian has no name (%(value)s): left out."),
    "households_differ": _l("Siblings by this list live in different households: %(value)s. Nothing was changed."),
    "household_confirmed": _l("%(value)s: by this list of the family at %(other)s, which is confirmed. Please decide."),
    "household_address": _l("%(value)s: confirmed at %(other)s, but the list says %(suggestion)s. It stays."),
    "student_returned": _l("%(value)s had left the school; by this list the student is back since today."),
    "staff_missing": _l("“%(value)s” is not known: no staff list was imported. Import the staff first."),
    "staff_ambiguous": _l("Two employees are called %(value)s. State the phone."),
    "staff_not_in_list": _l("%(value)s is not in the list and stays."),
    "homeroom_missing": _l("%(value)s is a class teacher, but of which class? Left out."),
    "class_teacher_other": _l("Class %(value)s has another class teacher too; that stays."),
    # rosters
    "roster_school": _l("The set is of “%(value)s”. The school keeps its name."),
    "roster_term_unknown": _l("“%(value)s” is not known here. Import the terms if it should be."),
    "roster_term_differs": _l("“%(value)s” is %(suggestion)s in the set and %(other)s here: that stays."),
    "roster_without_year": _l("Neither the set nor the school has a school year: courses were left out."),
    # timetable
    "teacher_unknown": _l("“%(value)s” is not in the staff list. %(suggestion)s"),
    "teacher_ambiguous": _l("“%(value)s” can be several people: %(suggestion)s."),
    "subject_new": _l("“%(value)s” is a new subject."),
    "subject_guessed": _l("“%(value)s” is taken for “%(suggestion)s”."),
    "class_not_in_file": _l("The timetable of class %(value)s is not in the file and stays."),
    "timetable_follows_bells": _l("The timetable came before these bells: its lessons are numbered by them now."),
    "rooms_several": _l("Several rooms at one hour (%(value)s): %(suggestion)s was taken."),
    "subgroup_student_unknown": _l("“%(value)s” of %(group)s is not in the class list. %(suggestion)s"),
    "subgroup_student_ambiguous": _l("Several students of %(group)s are called %(value)s: choose in the office."),
    "lesson_orphaned": _l("The lesson of %(value)s is no longer in the timetable but has tasks: it stays."),
    # what is taught
    "broadcast_length_missing": _l("How long is “%(value)s”? State the minutes."),
    "broadcast_outside_year": _l("%(value)s is in no school year that is known (%(other)s). Correct the date."),
    "broadcast_no_school": _l("There is no school on %(value)s. Taken; no lesson has it unless you put it there."),
    "broadcast_over": _l("%(value)s is over already. Taken; only lessons to come are changed by hand."),
    "content_place_needed": _l("“%(value)s” cannot be placed: state the date and the number of the lesson."),
    "content_no_lesson": _l("Class %(group)s has no %(subject)s on %(value)s. That week: %(suggestion)s."),
    "content_no_lesson_week": _l("Class %(group)s has no %(subject)s on %(value)s, nor that week."),
    "content_place_taken": _l("The lesson of “%(value)s” has a material already, from %(other)s."),
    "content_office_wins": _l("“%(suggestion)s” was edited in the office; the changed file was not taken."),
    "content_word_unknown": _l("“%(value)s” is not known here."),
    "grade_without_class": _l("There is no class of grade %(value)s."),
    "grade_without_marks": _l("This grade has no marks: the scale “%(value)s” became none."),
    "subject_unknown": _l("“%(value)s” is not in the timetable."),
    "task_not_in_file": _l("The task of “%(value)s” is not in the file and stays."),
    "task_kept_with_works": _l(
        "Works of %(other)s from this file came back: that task stays, and “%(value)s” has a task of its own."
    ),
    "task_scale_kept": _l("“%(value)s” is published already: its scale stays."),
    # plans, assessments, exemptions, subgroups
    "subject_unknown_near": _l("There is no subject “%(value)s” in the timetable. %(suggestion)s"),
    "course_unknown_here": _l("%(group)s has no subject “%(value)s”."),
    "plan_subject_missing": _l("Which subject is this plan for (%(value)s)? Name it in a column or above the table."),
    "course_plan_topic_not_in_file": _l("%(group)s, %(subject)s: “%(value)s” is not in the file and stays at the end."),
    "plan_too_long": _l("%(value)s: planned %(hours)s hours, the calendar has %(lessons)s: %(differ)s too many."),
    "plan_too_short": _l("%(value)s: planned %(hours)s hours, the calendar has %(lessons)s: %(differ)s too few."),
    "assessment_term_missing": _l("%(value)s: state the term, or a date within one."),
    "assessment_outside_term": _l("%(value)s is not in the term (%(term)s). Taken; please check."),
    "assessment_twice": _l("%(value)s: the work number %(number)s of this kind and term is there twice."),
    "assessment_not_in_file": _l("%(value)s is not in the file and stays."),
    "assessments_a_day": _l("%(group)s, %(value)s: %(count)s works in one day, at most %(limit)s may be. %(source)s."),
    "assessments_last_days": _l("%(group)s, %(value)s: a work on the last day of the term. %(source)s."),
    "student_unknown_here": _l("There is no student “%(value)s”. State the class."),
    "student_of_several": _l("Several students are called “%(value)s”. State the class and the birth date."),
    "exemption_not_in_file": _l("The exemption of %(value)s is not in the file and stays."),
    "outside_mark_again": _l("%(group)s: a mark of %(value)s that was decided before has changed: offered again."),
    "part_unknown": _l("%(group)s has no subgroup “%(value)s”. Known: %(suggestion)s."),
    "part_of_several": _l("%(group)s has several subgroups “%(value)s”. State the subject."),
}

MESSAGES.update(SENTENCES)
