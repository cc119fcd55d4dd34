"""The sentences of the findings by code, without the place; a retired code is never used for something else."""

from flask_babel import lazy_gettext as _l

_FILE = {
    "file_empty": _l("The file is empty."),
    "file_too_large": _l("The file is larger than %(megabytes)s MB."),
    "format_unknown": _l("This is not a table we can read. Save it as .xlsx or .csv."),
    "not_text": _l("This is not a text file."),
    "encoding_unknown": _l("The letters cannot be read. Save the file as UTF-8."),
    "encoding_declared_wrong": _l("The file says its letters are %(declared)s, but they are %(found)s: read as such."),
    "text_broken": _l("The text table cannot be read. Save it again as .xlsx or .csv."),
    "text_garbled": _l("The letters were spoiled before the file was saved. Export it again, as UTF-8."),
    "not_a_table": _l("This is plain text, not a table."),
    "archive_broken": _l("The file is damaged or cut off. Save it again."),
    "archive_locked": _l("The file has a password. Save it without one."),
    "archive_bomb": _l("The file unpacks to more than %(megabytes)s MB: not opened."),
    "table_too_large": _l("A sheet is too large. Delete the empty rows and columns, at most %(rows)s rows."),
    "xml_doctype": _l("The file declares a document type. Such files are not opened."),
    "xml_cut_off": _l("The file breaks off at line %(line)s. Export it again."),
    "xml_broken": _l("The XML is damaged at line %(line)s. Export it again."),
}

_TABLE = {
    "header_missing": _l("No row with the names of the columns was found."),
    "column_missing": _l("Columns are missing: %(column)s."),
    "column_unknown": _l("The column “%(value)s” is not known and is ignored."),
    "column_nameless": _l("Column %(column)s has no name and is ignored."),
    "sheet_skipped": _l("No row with the names of the columns on this sheet: skipped."),
    "rows_missing": _l("There are no rows below the names of the columns."),
    "row_summary": _l("“%(value)s” is a total, not an entry: skipped."),
    "row_repeated": _l("The row repeats another one: skipped."),
    "value_missing": _l("“%(column)s” is empty."),
    "formula_text": _l("“%(value)s” begins like a formula: kept as text."),
    "text_cut": _l("The text is too long and was cut."),
}

_VALUES = {
    "date_serial": _l("“%(value)s” is a date without its format: taken as %(suggestion)s."),
    "date_short_year": _l("“%(value)s” has a year of two digits: taken as %(suggestion)s. Please check."),
    "date_unreadable": _l("“%(value)s” is not a date. Write it as 31.12.2026."),
    "date_impossible": _l("There is no date “%(value)s”."),
    "date_future": _l("The date %(value)s is still to come."),
    "time_unreadable": _l("“%(value)s” is not a time. Write it as 09:00."),
    "number_unreadable": _l("“%(value)s” is not a whole number."),
    "grade_unknown": _l("“%(value)s” is not a grade from 1 to 11."),
    "yes_no_unknown": _l("“%(value)s” is neither yes nor no: left open."),
    "sex_unknown": _l("“%(value)s” is not understood as sex: left open."),
    "phone_unreadable": _l("“%(value)s” is not a full phone number: kept as typed."),
    "phone_several": _l("“%(value)s” holds several numbers: %(suggestion)s was taken."),
    "email_unreadable": _l("“%(value)s” is not an e-mail address: left empty."),
    "name_latin": _l("“%(value)s” has Latin letters among Cyrillic ones: taken as “%(suggestion)s”."),
    "name_incomplete": _l("“%(value)s” is only a part of a name."),
    "class_unknown": _l("“%(value)s” is not a class of grades 1 to 11."),
    "class_latin": _l("“%(value)s” has a Latin letter: taken as %(suggestion)s."),
    "class_not_stated": _l("Neither a column nor the sheet names the class."),
}

_LISTS = {
    "student_double": _l("The same name and birth date as in row %(other)s."),
    "student_near": _l("Differs from “%(suggestion)s” in row %(other)s only by ё and е. The same student?"),
    "role_unknown": _l("The role “%(value)s” is not known. It can be given in the office."),
    "bell_backwards": _l("Lesson %(n)s ends before it begins (%(value)s)."),
    "bell_double": _l("Lesson %(value)s of this shift already has its time in row %(other)s."),
    "bell_overlap": _l("Lesson %(n)s (%(value)s) overlaps lesson %(other)s."),
    "term_kind_unknown": _l("“%(value)s” is no known kind of term or holiday."),
    "term_backwards": _l("It ends before it begins (%(value)s)."),
    "term_overlap": _l("%(name)s begins on %(value)s, before %(other)s ends."),
    "device_unknown": _l("The device “%(value)s” is not known: kept as written."),
    "internet_unknown": _l("The connection “%(value)s” is not known: kept as written."),
    "channel_unknown": _l("The channel “%(value)s” is not known: kept as written."),
}

_TIMETABLE = {
    "timetable_unknown": _l("This is not an XML export of aSc Timetables."),
    "timetable_empty": _l("The export holds neither classes nor lessons."),
    "timetable_nameless": _l("An entry has no name or no id."),
    "timetable_same_id": _l("The id %(value)s is used twice: the first one counts."),
    "timetable_same_name": _l("Two teachers are called “%(value)s”: they cannot be told apart."),
    "timetable_terms": _l("Some hours hold for a part of the year only (%(value)s): taken for the whole year."),
    "timetable_hours": _l("“%(value)s” hours a week cannot be read: taken as not stated."),
    "timetable_period": _l("There is no lesson number “%(value)s”."),
    "timetable_days": _l("The days “%(value)s” cannot be read."),
    "timetable_weeks": _l("The weeks “%(value)s” cannot be read."),
    "timetable_unplaced_card": _l("An hour of lesson %(value)s has no place yet."),
    "timetable_unknown_lesson": _l("An hour belongs to lesson %(value)s, which is not in the file."),
    "timetable_unknown_subject": _l("A lesson names the subject %(value)s, which is not in the file."),
    "timetable_unknown_class": _l("The class %(value)s is not in the file."),
    "timetable_unknown_group": _l("%(subject)s (lesson %(lesson)s): the group %(value)s is not in the file."),
    "timetable_unknown_teacher": _l("%(subject)s (lesson %(lesson)s): the teacher %(value)s is not in the file."),
    "timetable_unknown_room": _l("The room %(value)s is not in the file: taken without a room."),
    "timetable_unknown_student": _l("The student %(value)s is not in the file."),
}

_CONTENT = {
    "content_no_front_matter": _l("The lesson does not begin with a block of keys between two lines “---”."),
    "content_front_matter_broken": _l("The keys at the top cannot be read, line %(line)s."),
    "content_key_missing": _l("“%(column)s” is missing."),
    "content_key_unknown": _l("The key “%(column)s” is not known and is ignored."),
    "content_not_text": _l("“%(column)s” must be text."),
    "content_not_number": _l("“%(column)s” must be a whole number from %(least)s to %(most)s, not “%(value)s”."),
    "content_not_date": _l("“%(column)s” must be a date like 2026-12-31, not “%(value)s”."),
    "content_not_a_choice": _l("“%(column)s” cannot be “%(value)s”. Choose from: %(choices)s."),
    "content_not_mapping": _l("“%(column)s” must hold keys of its own."),
    "content_not_list": _l("“%(column)s” must be a list of entries."),
    "content_url": _l("“%(value)s” is not a web address: left out."),
    "content_points_missing": _l("Marked in points, but “%(column)s” is missing."),
    "content_place_missing": _l("“%(column)s” is missing: the course plan must place the lesson."),
    "content_form_missing": _l("State how the lesson is held: “%(column)s” is missing."),
    "content_source_missing": _l("State where the resource “%(value)s” comes from."),
    "content_due_missing": _l("State by when the task is to be handed in."),
    "content_task_missing": _l("The lesson sets no task."),
}

MESSAGES = {**_FILE, **_TABLE, **_VALUES, **_LISTS, **_TIMETABLE, **_CONTENT}
