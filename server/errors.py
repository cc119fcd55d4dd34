"""The one catalogue of what can go wrong: stable code, HTTP status, a sentence and the way out.

A retired code is never reused. Sentences name no child.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from sync.errors import SyncError


class DomainError(SyncError):
    """A refusal with its reason; ``code`` is a key of CATALOGUE, ``data`` fills the sentence."""

    def sentence(self) -> str:
        """The sentence in the language of the request (needs an application or babel context)."""
        return sentence_of(self)


@dataclass(frozen=True)
class Entry:
    """One catalogued error."""

    status: int
    text: Any  # lazy string with %(name)s places


CATALOGUE: dict[str, Entry] = {
    "internal": Entry(500, _l("Something broke on our side. Nothing you typed was saved; please try again.")),
    "not_found": Entry(404, _l("There is no such page. Check the address or go back to Today.")),
    "forbidden": Entry(403, _l("Your role does not include this. Ask the administrator if you need it.")),
    "sign_in_needed": Entry(401, _l("Please sign in first.")),
    "sign_in_failed": Entry(403, _l("Login or password is wrong. Try again, or ask the administrator for a new password.")),
    "demo_only_here": Entry(403, _l("Demo logins work only on the computer where the demo runs.")),
    "too_many_tries": Entry(429, _l("Too many attempts. Wait a minute and try again.")),
    "form_expired": Entry(400, _l("This page was open for too long. Reload it; what you typed stays in the form.")),
    "too_large": Entry(413, _l("The file is too large. Send a smaller one.")),
    "method_not_allowed": Entry(405, _l("This address does not take such a request.")),
    "bad_request": Entry(400, _l("The request could not be understood. Go back and try again.")),
    "setting_invalid": Entry(400, _l("The setting %(name)s cannot be “%(value)s”. See the table of settings in the README.")),
    "database_unreachable": Entry(503, _l("The database does not answer. Check KORABLIK_DATABASE and that it is running.")),
    "database_damaged": Entry(500, _l("The database in %(home)s is damaged or is none. Put a backup in its place.")),
    "database_newer": Entry(500, _l("The database in %(home)s was made by a newer version. Update the program.")),
    "home_unusable": Entry(500, _l("The folder %(home)s cannot be used: %(reason)s")),
    "database_busy": Entry(503, _l("Another korablik is at work in this home. Wait until it has finished.")),
    "disk_full": Entry(507, _l("The disk is full: nothing was saved. Free some space; reading goes on meanwhile.")),
    "disk_error": Entry(500, _l("The disk reported an error: nothing was saved.")),
    "home_missing": Entry(404, _l("There is no school in %(home)s yet. Create one: korablik init --school NAME --admin LOGIN")),
    "home_exists": Entry(409, _l("There is already a school in %(home)s.")),
    "office_open": Entry(409, _l("The office is already open for this home.")),
    "office_unreachable": Entry(503, _l("The office that serves this home does not answer. Stop it and try again.")),
    "port_taken": Entry(409, _l("Port %(port)s is taken. Choose another one.")),
    "port_forbidden": Entry(403, _l("Port %(port)s is for the machine's administrator only. Choose one above 1023.")),
    "home_not_demo": Entry(403, _l("This works only in a demo home.")),
    "file_missing": Entry(404, _l("There is no file %(name)s.")),
    "file_unreadable": Entry(400, _l("The file %(name)s cannot be read: %(reason)s")),
    "file_unwritable": Entry(400, _l("The file %(name)s cannot be written: %(reason)s")),
    "archive_unreadable": Entry(422, _l("This is not a whole archive of a school: %(reason)s. Make it again: korablik export school --out FILE.zip")),
    "archive_newer": Entry(422, _l("This archive was made by a newer version. Update the program.")),
    "backup_damaged": Entry(422, _l("This is not a whole backup (%(reason)s). Take another one from the folder backups.")),
    "backup_newer": Entry(422, _l("This backup was made by a newer version. Update the program, then restore.")),
    "backup_other_school": Entry(409, _l("The backup is of school %(theirs)s, and this home holds %(ours)s. Restore it into an empty folder: korablik --home FOLDER restore FILE")),
    "backup_other_database": Entry(409, _l("The backup and this home do not use the same kind of database (%(theirs)s, %(ours)s). Set KORABLIK_DATABASE accordingly.")),
    "backup_failed": Entry(500, _l("The backup was not made: %(reason)s")),
    "backup_tool_missing": Entry(503, _l("Backups of PostgreSQL need the program %(name)s. Install PostgreSQL's client programs of the server's version.")),
    "restore_served": Entry(409, _l("The office serves this home. Stop it, restore, then start it again.")),
    "restore_failed": Entry(500, _l("PostgreSQL did not take the backup, and nothing was changed: %(reason)s")),
    "year_missing": Entry(409, _l("No school year is known. Import the terms first.")),
    "import_refused": Entry(422, _l("Not imported: %(files)s (errors: %(count)s).")),
    "mapping_unreadable": Entry(422, _l("The mapping cannot be read: %(reason)s")),
    "mapping_kind": Entry(422, _l("The mapping is for “%(kind)s”; “%(wanted)s” cannot be read by it.")),
    "mapping_field": Entry(422, _l("There is no field “%(value)s”. Possible: %(allowed)s.")),
    "decision_twice": Entry(422, _l("Row %(row)s cannot be both the same student and another one.")),
    "run_none": Entry(404, _l("There is no import that could be undone.")),
    "run_unknown": Entry(404, _l("There is no such import. List them: korablik imports")),
    "run_undone": Entry(409, _l("The import of %(name)s was undone already.")),
    "run_not_last": Entry(409, _l("%(last)s was imported after %(name)s. Undo that one first.")),
    "code_format": Entry(422, _l("“%(typed)s” is not a code. A code has nine digits, like 482 170 317.")),
    "code_check": Entry(422, _l("%(typed)s is not right: one digit is mistyped. Compare it with the sheet.")),
    "code_unknown": Entry(404, _l("No work has the code %(code)s. Compare it with the sheet.")),
    "qr_foreign": Entry(422, _l("This code is not from this program.")),
    "qr_other_school": Entry(422, _l("This sheet belongs to another school (%(school)s).")),
    "qr_not_work": Entry(422, _l("This is the code of a pack, not of a work. Scan the code on a task sheet.")),
    "mark_invalid": Entry(422, _l("“%(value)s” is not a mark here. Possible: %(allowed)s.")),
    "mark_needed": Entry(422, _l("Choose a mark, or note that the work was handed in again.")),
    "mark_twice": Entry(422, _l("Give either points or “send back”, not both.")),
    "comment_long": Entry(422, _l("The comment is too long: at most %(limit)s characters.")),
    "work_of_others": Entry(403, _l("This work belongs to a course that is not yours. Give the sheet to its teacher or to the office.")),
    "draft_used": Entry(409, _l("This page was saved before with other values; both are kept. Look at what stands now and save again.")),
    "feedback_unknown": Entry(404, _l("There is no such decision about a work. Reload the page: it may have been replaced.")),
    "channel_unknown": Entry(422, _l("There is no channel “%(value)s”. Possible: %(allowed)s.")),
    "letter_unknown": Entry(422, _l("There is no absence letter “%(value)s”. Possible: %(allowed)s.")),
    "date_invalid": Entry(422, _l("“%(value)s” is not a date. Write it like 2026-12-07.")),
    "date_in_future": Entry(422, _l("%(value)s has not come yet. The date of return cannot be in the future.")),
    "date_too_early": Entry(422, _l("%(value)s is before the task was set. Check the year.")),
    "week_invalid": Entry(422, _l("“%(value)s” is not a week. Write it like 2026-W50.")),
    "task_withdrawn": Entry(422, _l("This task was withdrawn. The return is not needed.")),
    "op_malformed": Entry(422, _l("The record is damaged: %(field)s.")),
    "op_type_unknown": Entry(422, _l("This record needs a newer version of the program; it is kept.")),
    "op_same_id": Entry(409, _l("Another record has the same number; both are kept for a person to decide.")),
    "op_base_unknown": Entry(409, _l("The mark builds on one that has not arrived yet; it waits for it.")),
    "op_other_device": Entry(403, _l("This record was made on another device. Send it from there.")),
    "op_other_school": Entry(409, _l("These records belong to another school (%(school)s). Enrol this phone here anew.")),
    "batch_malformed": Entry(422, _l("The records arrived damaged (%(field)s). They stay on the phone; send them again.")),
    "batch_long": Entry(413, _l("At most %(limit)s records fit into one parcel. Send the rest in the next.")),
    "device_unknown": Entry(401, _l("This phone is not known here. Enrol it: in the office, “Phones”.")),
    "device_waiting": Entry(403, _l("This phone is not confirmed yet. Compare the four digits in the office and confirm it there.")),
    "device_revoked": Entry(403, _l("This phone was revoked: nothing it sends is taken any more. Enrol it anew in the office.")),
    "device_account_closed": Entry(403, _l("Your account is closed, so nothing from your phone is taken in. Ask the administrator.")),
    "device_code_wrong": Entry(403, _l("This code does not work: it is mistyped, was used, or is older than ten minutes. Ask for another one in the office.")),
    "device_key_invalid": Entry(422, _l("The phone sent a key that is none. Reload the page on the phone and try again.")),
    "device_clock": Entry(401, _l("The phone's clock is wrong by more than ten minutes.")),
    "signature_wrong": Entry(401, _l("The signature does not fit: this was altered on the way, or comes from another phone.")),
    "opfile_unreadable": Entry(422, _l("This is not a file of records from a phone, or it is damaged. Save it on the phone once more.")),
    "opfile_unsigned": Entry(422, _l("These records are not signed by a phone, so nobody can say who wrote them. Save them on the phone with “Save to a file”.")),
    "opfile_newer": Entry(422, _l("This file was made by a newer version. Update the program.")),
    "opfile_signature": Entry(422, _l("The file does not match its phone's signature: it was altered or is damaged. Save it on the phone once more.")),
    "opfile_key": Entry(422, _l("The file was encrypted for another key than this school's. Let the phone come online once, then save it again.")),
    "photo_unreadable": Entry(422, _l("This is not a photo that can be read. Take it again as JPEG or PNG, not larger than 50 megapixels.")),
    "two_values": Entry(409, _l("Somebody else saved another value. Both are kept; please decide.")),
    "grade_without_marks": Entry(422, _l(
        "This grade gets no marks (%(source)s). Say in words how it is: “checked” and a comment.")),
    "mark_rule_missing": Entry(409, _l("No rule says how this course is marked. Add one to the rules of marks.")),
    "outside_decided": Entry(409, _l("Somebody decided about this mark already. Look at how it stands.")),
    "lesson_changed": Entry(409, _l("Somebody changed this lesson meanwhile. Look at how it stands now, then change it again.")),
    "nothing_to_change": Entry(409, _l("Everything stands so already. Nothing was changed.")),
    "day_over": Entry(409, _l("This day is over. Only what really happened can be noted: who held a lesson, or that it was not held.")),
    "day_is_out": Entry(403, _l("The timetable of %(day)s is with the families already. Only those who may correct published days can change it.")),
    "past_reason_needed": Entry(422, _l("The day is over: say why it was otherwise.")),
    "course_in_use": Entry(409, _l("A lesson with tasks or material would be lost. Put it somewhere else instead.")),
    "act_undone": Entry(409, _l("This was taken back already.")),
    "act_told": Entry(409, _l("Families and teachers were told of this change already. What is still on its way stands under Messages.")),
    "act_overtaken": Entry(409, _l("A later change stands on this one. Take back the later one first.")),
    "lesson_unknown": Entry(404, _l("There is no such lesson.")),
    "student_unknown": Entry(404, _l("There is no such student in this class.")),
    "person_unknown": Entry(404, _l("There is no such person.")),
    "login_unknown": Entry(404, _l("Nobody has the login %(login)s.")),
    "account_closed": Entry(403, _l("The account %(login)s is closed. Name somebody who works here.")),
    "login_taken": Entry(409, _l("The login %(login)s is taken. Choose another.")),
    "login_invalid": Entry(422, _l("A login has 2 to 40 Latin letters, digits, dots or dashes.")),
    "account_exists": Entry(409, _l("This person has an account already.")),
    "own_account": Entry(409, _l("You cannot take this from yourself. Ask another administrator or the director.")),
    "password_wrong": Entry(422, _l("The present password is wrong.")),
    "password_long": Entry(422, _l("The password is too long: at most %(limit)s characters.")),
    "password_repeat": Entry(422, _l("The two new passwords differ. Type the same twice.")),
    "password_short": Entry(422, _l("The password is too short: at least 10 characters.")),
    "group_unknown": Entry(404, _l("There is no class “%(name)s”.")),
    "class_empty": Entry(422, _l("Nobody is in the class %(name)s in the week %(week)s.")),
    "term_unknown": Entry(404, _l("There is no such term in this school year.")),
    "topic_unknown": Entry(422, _l("There is no topic “%(value)s”. Possible: %(allowed)s.")),
    "course_unknown": Entry(404, _l("There is no such subject in this class.")),
    "nothing_to_publish": Entry(422, _l("There are no lessons in %(window)s. Import a timetable first.")),
    "not_published": Entry(409, _l("Nothing has been published yet. Run: korablik publish --week %(week)s")),
    "week_not_in_edition": Entry(422, _l("The week %(week)s is not in the current edition. Publish it first.")),
    "material_changed": Entry(409, _l("Somebody else changed this lesson meanwhile. Your text is below; compare and save again.")),
    "changed_meanwhile": Entry(409, _l("Somebody else changed this meanwhile. Your text is below; compare and save again.")),
    "household_changed": Entry(409, _l("Somebody else changed this family meanwhile. Look at it as it stands now and decide again.")),
    "student_known": Entry(409, _l("A student of this name and birth date is known already. Open the page: a return is noted there.")),
    "student_alike": Entry(409, _l("Somebody nearly like this, born on the same day, is known. Look; if it is another child, tick that and save again.")),
    "student_here": Entry(409, _l("The student is at the school already. Look at the movement noted so far.")),
    "student_not_here": Entry(409, _l("The student is in no class on that day. Look at the movement noted so far.")),
    "movement_order": Entry(422, _l("%(value)s is too early: the last movement was on %(last)s.")),
    "student_home_taught": Entry(409, _l("The student is taught at home in these days already.")),
    "student_not_home": Entry(409, _l("The student is not taught at home. Look at the movement noted so far.")),
    "movement_later": Entry(409, _l("This cannot be taken back: it is not the last movement, or it is how the student came.")),
    "text_long": Entry(422, _l("This is too long: %(length)s characters of at most %(limit)s.")),
    "rows_many": Entry(422, _l("At most %(limit)s of these fit. Remove one first.")),
    "address_invalid": Entry(422, _l("“%(value)s” is not a web address. It begins with http:// or https://.")),
    "task_empty": Entry(422, _l("Say what is to be done: a title or a text.")),
    "task_marked": Entry(409, _l("Works of this task have marks already, so its scale stays. Withdraw it and set another.")),
    "room_unknown": Entry(404, _l("There is no such room.")),
    "pack_missing": Entry(404, _l("These packs are not printed yet, or were removed. Print them again.")),
    "notice_order": Entry(422, _l("The last day is before the first.")),
    "text_needed": Entry(422, _l("Write a few words about it.")),
    "reason_needed": Entry(422, _l("Say why: the family will be told.")),
    "times_needed": Entry(422, _l("Choose at least one time.")),
    "request_closed": Entry(409, _l("This request is closed already. Open it again first.")),
    "slot_taken": Entry(409, _l("This time is taken already. Choose another.")),
    "slot_in_lesson": Entry(409, _l("There is a lesson at this time. Choose another.")),
    "hours_overlap": Entry(409, _l("There are reception hours from %(starts)s to %(ends)s already.")),
    "date_order": Entry(422, _l("The last day is before the first, or too far from it.")),
    "code_of_another": Entry(409, _l("This is the code of another student's work. Type it into the search field to open that student.")),
    "field_needed": Entry(422, _l("Please fill in: %(field)s.")),
    "value_invalid": Entry(422, _l("“%(value)s” does not fit here: %(field)s.")),
    "edition_unreadable": Entry(422, _l("The edition %(name)s is missing or damaged.")),
    "edition_altered": Entry(422, _l("The edition %(name)s was altered after it was signed.")),
    "signature_format": Entry(422, _l("This is not a signature of an edition.")),
    "key_invalid": Entry(422, _l("%(name)s is not a school's public key.")),
    "signature_key": Entry(422, _l("This was signed with another key than the school's.")),
    "signature_bad": Entry(422, _l("The file does not match its signature: it was altered or is damaged.")),
    "font_lacks": Entry(422, _l("The font lacks the letters %(letters)s of the name “%(name)s”. Correct the name and print again.")),
    "font_missing": Entry(500, _l("The font %(face)s is not installed. Run make setup.")),
    "roster_invalid": Entry(500, _l("The list of students for printing is damaged (%(field)s).")),
    "task_too_long": Entry(422, _l("The task “%(title)s” takes %(pages)s pages; at most 99 can be printed.")),
    "sheet_unprintable": Entry(422, _l("“%(title)s” cannot be printed. Open the lesson and simplify its text.")),
    "child_died": Entry(500, _l("The page builder stopped unexpectedly. Nothing was published; please try again.")),
    "chat_personal": Entry(422, _l("What speaks of one child does not go to a chat of many. Leave the chats out, or write a change or a notice.")),
    "nobody_reached": Entry(422, _l("Nobody can be told this way yet. Note how the family is reached, or choose another way.")),
    "delivery_done": Entry(409, _l("Somebody has dealt with this message meanwhile. Look at how it stands now.")),
    "letter_answered": Entry(409, _l("This letter was answered meanwhile. The answer stands below it.")),
    "slug_taken": Entry(409, _l("The address %(slug)s is taken.")),
}  # fmt: skip


def entry_of(error: SyncError) -> Entry:
    """The catalogue's entry for an error; an uncatalogued code counts as internal."""
    return CATALOGUE.get(error.code, CATALOGUE["internal"])


def sentence_of(error: SyncError) -> str:
    """The filled sentence for an error, in the current language."""
    return str(entry_of(error).text) % {key: str(value) for key, value in error.data.items()}
