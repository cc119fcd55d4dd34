"""The words of the phone's page, in every language at once: gettext stays their one source, the page works offline."""

from collections.abc import Iterable
from typing import Any

from flask_babel import force_locale, get_domain
from flask_babel import lazy_gettext as _l

from server import reference
from server.errors import CATALOGUE

SENTENCES = ("code_format", "code_check", "qr_foreign", "qr_not_work", "qr_other_school", "mark_needed")
WORDS = {
    # the frame
    "brand": _l("Returned works"), "skip": _l("Skip to the content"), "places": _l("Main"),
    "place_code": _l("Code"), "place_class": _l("Class"), "place_absent": _l("Absent"), "place_call": _l("Call"),
    "place_more": _l("More"), "no_connection": _l("no connection"), "not_taken": _l("the school did not take it"),
    "all_at_school_short": _l("all at school"), "new_version": _l("There is a new version of this page."),
    "renew": _l("Update"), "close": _l("Close"), "ok": _l("OK"), "remove": _l("Remove"), "today": _l("Today"),
    "expired": _l("The school was not reached for 30 days, so names and works were removed from this phone. "
                  "What you logged is still here. Connect once and the lists come back."),
    "storage_missing": _l("This browser keeps nothing here: leave its private mode, or use another browser. "
                          "Works can also be logged in the office."),
    # where a record is
    "on_phone": _l("On this phone"),
    "at_school": _l("Taken by the school"),
    "in_file": _l("On this phone, in a file too"),
    "held": _l("Waits at school"), "two_values": _l("two values"), "rejected": _l("Not taken"),
    "kept_on_phone": _l("Kept on this phone."),
    "just_now": _l("Just now"),
    "nobody_named": _l("Name not on this phone"),
    "storage_full": _l("The phone's storage is full: this was not saved. What you typed is still here. "
                       "Delete photos or apps, then save again."),
    "not_saved": _l("The phone did not save this. What you typed is still here; please try again."),
    # works
    "returned_works": _l("Returned works"), "code": _l("Code"),
    "code_hint": _l("Type the nine digits from the sheet, or hold the camera over its square. "
                    "For a pile of one class, Class is quicker."),
    "camera": _l("Camera"), "mark": _l("Mark"),
    "comment": _l("Comment"), "how_it_came": _l("How it came"), "day_of_return": _l("Day of return"),
    "save_next": _l("Save and next code"), "send_back": _l("Send back"), "checked_button": _l("Checked"),
    "check_later": _l("Check later"), "what_log": _l("What do you log?"), "only_mark": _l("Only the mark"),
    "correct_it": _l("Correct what I logged"), "handed_in_again": _l("Handed in again"), "handed_in": _l("handed in"),
    "mark_unknown_scale": _l("The phone does not know the scale of this work; the school checks the mark."),
    "not_on_phone": _l("The code is right, but this work is not on the phone yet. You can log it; the school "
                       "knows it."),
    "due": _l("due %(day)s"), "day_wrong": _l("The day of return is missing or has not come yet."),
    "state_issued": _l("not yet handed in"), "state_returned": _l("to check"), "state_marked": _l("marked"),
    "state_redo": _l("sent back"), "state_checked": _l("checked"), "mark_removed": _l("mark removed"),
    "pass": _l("pass"), "fail": _l("fail"), "passed": _l("passed"), "not_passed": _l("not passed"),
    "points_of": _l("%(points)s of %(maximum)s"), "of_maximum": _l("of %(maximum)s"),
    "points_at_most": _l("Points, at most %(maximum)s"), "points_wrong": _l("Type points from 0 to %(maximum)s."),
    # photos
    "photo_of_sheet": _l("Photo of a task sheet"), "hold_square": _l("Hold the phone over the square on the sheet."),
    "photos": _l("Photos of sheets"), "photo_read": _l("Photo of %(time)s: log these works"),
    "photo_nothing": _l("Photo of %(time)s: no code was found. Type the digits, or take it again from nearer."),
    "photo_broken": _l("This photo cannot be read. Take it again, or type the digits."),
    # a class
    "class_title": _l("A class's works"), "students": _l("Students"), "all_tasks": _l("All tasks"),
    "no_tasks": _l("There are no works on the phone yet. They come when the school is reached."),
    "done_of": _l("%(done)s of %(all)s"), "marked_of": _l("Marked: %(done)s of %(all)s"),
    "find_student": _l("Find a student"), "find_hint": _l("First letters of the name, then the mark."),
    "came": _l("Came"), "came_hint": _l("handed in, no mark yet"), "note_waits": _l("comment waits for the mark"),
    # absences
    "absences": _l("Absences"), "all_lessons": _l("All lessons"), "lesson_n": _l("lesson %(n)s"),
    "no_lessons": _l("There are no lessons on the phone yet. They come when the school is reached."),
    "absent_number": _l("Absent: %(num)s"), "absent_hint": _l("Touch only those who were absent."),
    "was_there": _l("Was there"), "reason": _l("Reason"),
    # calls
    "call": _l("Call with a family"), "student": _l("Student"), "who_called": _l("Who called?"),
    "we_called": _l("I called"), "they_called": _l("The family called"), "topic": _l("What about?"),
    "not_to_be_told": _l("must not be told about marks"),
    "outcome": _l("Outcome"), "reached": _l("talked"), "not_reached": _l("not reached"),
    "what_was_said": _l("What was said"), "minutes": _l("Minutes"),
    "save_call": _l("Save the call"),
    "call_noted": _l("call noted"),
    "nobody_found": _l("Nobody of this name is on the phone."),
    "no_phone": _l("No phone number of the family is on this phone."),
    "choose_student": _l("Choose the student first."),
    "choose_topic": _l("Choose what the call was about."),
    "minutes_wrong": _l("Type the minutes as a number, or leave them empty."),
    # the outbox
    "outbox": _l("Outbox"), "all_at_school": _l("Everything you logged is at school."),
    "stays_until": _l("Each record stays here until the school has confirmed that very record."),
    "send_now": _l("Send now"),
    "save_file": _l("Save outbox to a file"),
    "share_file": _l("Send the file by messenger"),
    "take_back": _l("Take back"), "and_more": _l("and %(num)s more"), "look_again": _l("Look at these again"),
    "understood": _l("Understood"),
    "file_saved": _l("The file is saved. Only the school can open it: bring it on a stick or send it by messenger. "
                     "The records stay here until the school confirms them."),
    "last_contact": _l("Last contact with the school: %(time)s."),
    "no_contact_yet": _l("The school was not reached yet."),
    "no_connection_long": _l("There is no connection to the school now; it is tried again by itself."),
    "no_connection_now": _l("The school cannot be reached now. Try again when there is a connection."),
    "school_said": _l("The school answered: %(text)s"),
    # joining
    "enrol_title": _l("Connect this phone"), "enrol": _l("Connect"), "enrol_code": _l("Code for this phone"),
    "enrol_where": _l("Nine digits. In the office, open Phones and add this phone; the code is good for ten minutes."),
    "enrol_why": _l("Then your classes, works and codes are on the phone, and you log without signal."),
    "phone_name": _l("Name of this phone"), "phone": _l("Phone"),
    "enrol_other_kind": _l("This is not the code of a phone. Open Phones in the office and add this one."),
    "no_crypto": _l("This browser cannot sign. The page must be opened by its https address, in a newer browser."),
    "waiting_title": _l("Waiting for the office"), "check_digits": _l("Digits to compare"),
    "waiting_compare": _l("In the office, compare these digits and confirm the phone:"),
    "waiting_then": _l("This page goes on by itself as soon as it is confirmed."),
    "another_code": _l("Start again with another code"),
    "unknown_here": _l("The school does not know this phone any more; it may have come back from a backup. "
                       "Connect it again: what you logged is still here and will be sent."),
    "never_confirmed": _l("Nobody confirmed this phone in time. Ask for another code in the office."),
    "revoked": _l("The school has disconnected this phone. Names, works and records were removed from it."),
    "signed_out": _l("You have signed out. Names, works and records were removed from this phone."),
    "unsent_sealed": _l("They had not reached the school. Save them as a file that only the school can open, and "
                        "bring it there."),
    # this phone
    "this_phone": _l("This phone"), "school": _l("School"), "person": _l("Whose"), "language": _l("Language"),
    "screen_lock": _l("Screen lock"), "locked": _l("Locked"), "pin": _l("PIN"), "new_pin": _l("New PIN"),
    "lock_is": _l("The PIN is a screen lock: it keeps others from looking in. It does not encrypt what is on the "
                  "phone; "
                  "the lock of the phone itself protects better."),
    "pin_digits": _l("Four to eight digits."), "set_pin": _l("Lock with this PIN"), "change_pin": _l("Change the PIN"),
    "remove_pin": _l("Remove the lock"), "pin_set": _l("The page is locked at each start and after two minutes away."),
    "pin_removed": _l("The lock is removed."), "unlock": _l("Unlock"), "pin_wrong": _l("The PIN is wrong."),
    "pin_wait": _l("The PIN is wrong too often. Try again in %(seconds)s seconds."),
    "pin_forgotten": _l("PIN forgotten?"),
    "pin_forgotten_way": _l("Without the PIN the phone can only be signed out and connected again with a new code. "
                            "What is unsent can be saved as a file for the school first."),
    "storage": _l("Storage"), "storage_kept": _l("The browser has promised to keep the data."),
    "storage_not_kept": _l("The browser has not promised to keep the data: add the page to the home screen and "
                           "open it often."),
    "storage_used": _l("Used: %(used)s MB of %(quota)s MB."),
    "storage_nearly_full": _l("The storage is nearly full. Send the outbox and delete photos or apps."),
    "expires_after": _l("Lists are removed after 30 days without contact with the school; what is unsent never is."),
    "sign_out": _l("Sign out of this phone"),
    "sign_out_does": _l("Removes names, works and records from this phone. Revoke the phone in the office, too."),
    "leave_warning": _l("If you sign out now, only a file can bring them to the school."),
    "leave_sure": _l("Everything is at school. Names and works are removed from this phone."),
    "save_and_leave": _l("Save to a file and sign out"), "leave_anyway": _l("Sign out without saving"),
    "leave": _l("Sign out"), "stay": _l("Stay"),
}  # fmt: skip
PAGE = {"starting": _l("The page is starting …"),
        "without_script": _l("This page needs script. Without it, log returned works in the office:")}  # fmt: skip
NAMES = {"kind": reference.KINDS, "channel": reference.CHANNELS, "topic": reference.TOPICS}


def _counted() -> dict[str, tuple[str, str]]:
    """Texts that depend on a number: their two English forms, as gathered for the catalogues."""

    def ngettext(one: str, several: str) -> tuple[str, str]:
        return one, several

    return {
        "unsent": ngettext("%(num)s record not yet at school", "%(num)s records not yet at school"),
        "on_phone_number": ngettext("%(num)s on the phone", "%(num)s on the phone"),
        "photos_wait": ngettext("%(num)s photo waits for a connection", "%(num)s photos wait for a connection"),
    }


def texts(languages: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By language: every word of the page; counted ones by the plural category (CLDR) of a number."""
    return {locale: _texts(locale) for locale in languages}


def _texts(locale: str) -> dict[str, Any]:
    with force_locale(locale):
        found: dict[str, Any] = {key: str(word) for key, word in WORDS.items()}
        found |= {code: str(CATALOGUE[code].text) for code in SENTENCES}
        catalogue = get_domain().get_translations()
        for key, forms in _counted().items():
            one, few, other = (catalogue.ngettext(*forms, number) for number in (1, 2, 5))
            found[key] = {"one": one, "few": few, "many": other, "other": other}
        names = {kind: {code: str(name) for code, name in rows.items()} for kind, rows in NAMES.items()}
        names["letter"] = {code: str(name) for code, (name, *_rest) in reference.LETTERS.items()}
        return {**found, "names": names}
