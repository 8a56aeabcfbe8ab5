"""Every refusal once: its code, its HTTP status, and the sentence people read.

A code is for machines and never changes its meaning. The sentence says what happened and what to do, and
is translated when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.languages import gettext
from kiosk.languages import gettext_noop as N_


@dataclass(frozen=True)
class Refusal:
    """One way of saying no."""

    code: str
    status: int
    title: str
    detail: str


class Problem(Exception):
    """A refusal with its details; every door turns it into words for the person behind it."""

    def __init__(self, code: str, /, **details: Any) -> None:
        super().__init__(code)
        self.refusal = REFUSALS[code]
        self.details = details

    @property
    def code(self) -> str:
        return self.refusal.code

    @property
    def status(self) -> int:
        return self.refusal.status

    def body(self) -> dict[str, Any]:
        """The problem as RFC 9457 wants it, in the language of the request."""
        return {
            "type": f"urn:kiosk:problem:{self.code}",
            "title": gettext(self.refusal.title),
            "status": self.status,
            "code": self.code,
            "detail": self.sentence(),
            **({"details": self.details} if self.details else {}),
        }

    def sentence(self) -> str:
        """What happened and what to do, in the language of the request."""
        return gettext(self.refusal.detail) % _spoken(self.details)


def _spoken(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details that are sentences of their own are translated too."""
    return {name: gettext(value) if isinstance(value, str) else value for name, value in details.items()}


_ALL = (
    # Any request
    Refusal("bad_json", 400, N_("Not understood"), N_("The message was not valid JSON. Reload the page and try again.")),
    Refusal("bad_request", 400, N_("Not understood"), N_("The server did not understand the request. Reload the page and try again.")),
    Refusal("malformed", 422, N_("Not understood"), N_("Something in the message has the wrong form (%(field)s). Reload the page and try again.")),
    Refusal("too_large", 413, N_("Too much"), N_("The message is larger than the server accepts. Send less.")),
    Refusal("not_found", 404, N_("Nothing here"), N_("There is nothing at this address. Go back to the start page.")),
    Refusal("method_not_allowed", 405, N_("Not possible"), N_("This address does not take that kind of request.")),
    Refusal("unsupported_type", 415, N_("Not understood"), N_("Send this as JSON.")),
    Refusal("foreign_host", 400, N_("Wrong address"), N_("The server does not answer to this name. Use the address on the wall.")),
    Refusal("foreign_origin", 403, N_("Refused"), N_("This came from another web page. Open the kiosk's own page and try again.")),
    Refusal("form_expired", 403, N_("Reload the page"), N_("The page was too old to send from. It has been renewed: please answer again.")),
    Refusal("too_fast", 429, N_("Slow down"), N_("That was many messages in a short time. Wait a few seconds and try again.")),
    Refusal("full", 503, N_("The room is full"), N_("More devices are connected than this computer can serve. Wait a moment: this page tries again by itself. Those who are in go on as before.")),
    Refusal("too_many", 429, N_("Too many connections"), N_("Very many connections come from this device. Close other pages and try again.")),
    Refusal("trouble", 500, N_("Something went wrong"), N_("The server could not do this. Nothing was lost; try again, and tell the facilitator if it happens again.")),
    Refusal("not_saving", 503, N_("Cannot save"), N_("The server cannot save right now. Your answer is kept on this device and is sent again by itself.")),
    Refusal("damaged", 503, N_("The data file is damaged"), N_("The server cannot read its data file. Your answer is kept on this device. The facilitator stops the kiosk and starts it again: it then says how to restore the newest backup.")),
    # Getting in
    Refusal("no_such_code", 404, N_("Unknown code"), N_("No meeting has the code %(code)s. Look at the code on the wall and type it again.")),
    Refusal("not_joined", 401, N_("Not in the meeting"), N_("This device has not joined the meeting. Scan the code on the wall or type the address.")),
    Refusal("meeting_over", 410, N_("The meeting is over"), N_("This meeting has ended. Thank you for taking part.")),
    Refusal("joining_locked", 403, N_("Joining is closed"), N_("The facilitator has closed the door for new devices. Ask to be let in; whoever has joined already is still in.")),
    Refusal("not_a_tablet", 403, N_("Not a shared tablet"), N_("Only a shared tablet can take several people's answers. This device answers for one.")),
    Refusal("operator_only", 401, N_("For the facilitator"), N_("This is for the facilitator. Open the console with the link from the terminal.")),
    Refusal("wall_only", 401, N_("Not paired"), N_("This screen is not paired. Choose “Open the wall” in the console.")),
    Refusal("ticket_used", 401, N_("Link already used"), N_("This link has been used or is too old. Press Enter in the terminal for a fresh one, or pair again from a console.")),
    # Voting
    Refusal("no_such_round", 404, N_("Unknown question"), N_("The server does not know this question. Reload the page.")),
    Refusal("not_open", 409, N_("Question closed"), N_("Not counted: the question was closed before your answer arrived.")),
    Refusal("ballot_conflict", 409, N_("Already used"), N_("This answer was already sent with other content. What you sent first still counts; answer again to change it.")),
    Refusal("answer", 422, N_("Answer not understood"), N_("The answer does not fit the question. %(reason)s")),
    # The agenda
    Refusal("no_such_meeting", 404, N_("Unknown meeting"), N_("There is no such meeting on this machine.")),
    Refusal("no_such_question", 404, N_("Unknown question"), N_("This meeting has no such question.")),
    Refusal("no_such_item", 404, N_("Unknown item"), N_("This meeting's agenda has no such item.")),
    Refusal("no_such_text", 404, N_("Unknown text"), N_("There is no such text in this round. It may have been changed by its author.")),
    Refusal("stale", 409, N_("Somebody was faster"), N_("Somebody else has just acted. The page is up to date now: look, and press again if you still want to.")),
    Refusal("not_started", 409, N_("Not started"), N_("The meeting has not started. Start it first.")),
    Refusal("not_running", 409, N_("Not running"), N_("The meeting has ended. Duplicate it to hold it again.")),
    Refusal("sealed", 409, N_("Sealed"), N_("The meeting is sealed. It can be read, but not changed any more.")),
    Refusal("not_ended", 409, N_("Not ended"), N_("The meeting is still running. End it first.")),
    Refusal("already_open", 409, N_("Already open"), N_("This question is open already.")),
    Refusal("still_open", 409, N_("Still open"), N_("The question is still open. Close it first.")),
    Refusal("not_revealed", 409, N_("Not shown yet"), N_("The result can be taken home when it has been shown in the room.")),
    Refusal("asked_by_server", 409, N_("Asked at the door"), N_("Questions about the participants open and close with the meeting.")),
    Refusal("rehearsal_counted", 409, N_("Real answers inside"), N_("People in the room have answered together with the rehearsal. Duplicate the meeting to begin with an empty one.")),
    Refusal("not_declared", 409, N_("Not declared"), N_("The question did not say before it was asked that its answers may be compared by this. Nothing else can be crossed.")),
    Refusal("not_paired", 409, N_("Nothing to compare with"), N_("This question is not one of a pair that has been asked twice. A pair is declared in the meeting's document, before it is asked.")),
    Refusal("sealed_away", 410, N_("Not kept"), N_("This was not looked at before the meeting was sealed. What it needs is no longer here.")),
    # Reference populations
    Refusal("population_row", 422, N_("Table not accepted"), N_("Row %(row)s of the table: %(reason)s")),
    Refusal("population_name", 422, N_("Name needed"), N_("Give the population a name of at most 80 characters, such as the municipality's.")),
    Refusal("population_named", 409, N_("Name taken"), N_("This dialogue has a population with the name %(name)s already. Choose another name, or remove that one first.")),
    Refusal("too_many_populations", 409, N_("Too many populations"), N_("A dialogue has at most %(most)s populations. Remove one that is not needed.")),
    Refusal("no_such_population", 404, N_("Unknown population"), N_("There is no such population on this machine.")),
    # Backups
    Refusal("backup_folder", 422, N_("Folder not possible"), N_("Nothing can be written into this folder (%(reason)s). Plug the stick in, or choose another folder.")),
    # Documents
    Refusal("document", 422, N_("Document not accepted"), N_("The meeting document has a fault at %(path)s: %(reason)s")),
    Refusal("meeting_differs", 409, N_("Another meeting has this id"), N_("A meeting with this id is here already, with other content. Duplicate that one instead, or give the document a new id.")),
    Refusal("code_taken", 409, N_("Code taken"), N_("Another meeting on this machine has the code %(code)s. Choose another.")),
    Refusal("code_invalid", 422, N_("Code not possible"), N_("A code has 4 to 6 letters (A to Z) and digits, and is not a word the kiosk needs itself.")),
    Refusal("wifi_invalid", 422, N_("Wi-Fi not possible"), N_("Name and password may hold only letters a–z, digits and hyphens, with at least one letter after F; the password has 8 to 63. Change them in the router.")),
    # Taking a meeting home: what the laptop says
    Refusal("not_sealed", 409, N_("Not sealed"), N_("The meeting is not sealed. End and seal it first; then it can be sent.")),
    Refusal("not_enrolled", 409, N_("Not enrolled"), N_("This computer does not know any central store yet. Ask its administrator for a code and enter it here.")),
    Refusal("no_receipt", 409, N_("No receipt"), N_("There is no receipt of the central store for all of this meeting. Say why it shall be deleted all the same.")),
    Refusal("not_a_date", 422, N_("Not a day"), N_("Give the day as year, month and day, such as 2027-12-31, or no day at all.")),
    Refusal("being_answered", 409, N_("Later"), N_("A meeting is running on this computer. Nothing is sent meanwhile; sending goes on by itself afterwards.")),
    Refusal("central_address", 422, N_("Address not possible"), N_("The central store's address begins with https:// (http:// is accepted for this computer itself only).")),
    Refusal("central_unreachable", 503, N_("No connection"), N_("The central store at %(url)s could not be reached: %(reason)s. Nothing is lost; sending goes on by itself when there is a connection.")),
    Refusal("not_central", 502, N_("Somebody else answered"), N_("Something answered at %(url)s, but it was not the central store. Many networks want you to log in on a web page first. Nothing is lost; try again after that.")),
    Refusal("not_kept", 507, N_("Disk full"), N_("The file could not be written on this computer: %(reason)s. Make room on the disk and try again; nothing is lost.")),
    Refusal("receipt", 422, N_("Not a receipt"), N_("This receipt is not accepted: %(reason)s.")),
    # The central store: who may send
    Refusal("enrolment_code", 403, N_("Code not accepted"), N_("This code is not known, has been used or is too old. Ask the administrator for a new one.")),
    Refusal("site_taken", 409, N_("Already enrolled"), N_("This site or its key is enrolled already. To give a site a new key, the code must be made for that site.")),
    Refusal("site_unknown", 403, N_("Not enrolled here"), N_("The central store does not know this computer. Enrol it with a code from the administrator.")),
    Refusal("key_revoked", 403, N_("Key revoked"), N_("The central store no longer accepts this computer's key. Nothing was taken; ask the administrator for a new code.")),
    Refusal("bad_signature", 401, N_("Not genuine"), N_("The request was not signed by the key it names. Try again.")),
    Refusal("nonce_unknown", 401, N_("Say hello again"), N_("The central store does not know this conversation any more. Try again; it goes on from where it was.")),
    Refusal("repeated_request", 401, N_("Heard before"), N_("This very request was heard before. Try again.")),
    # The central store: what is sent
    Refusal("bundle", 422, N_("Bundle not accepted"), N_("The bundle is not as it was made: %(reason)s. Nothing of it was taken; make it again from the sealed meeting.")),
    Refusal("schema_newer", 422, N_("Central store too old"), N_("The bundle is of version %(found)s and the central store reads %(known)s. Nothing of it was taken; the central store must be updated.")),
    Refusal("schema_older", 422, N_("Software too old"), N_("The bundle is of version %(found)s and the central store reads %(known)s. Nothing of it was taken; update the software on the laptop and send again.")),
    Refusal("not_your_bundle", 403, N_("Another site's"), N_("This bundle belongs to another site.")),
    Refusal("no_such_bundle", 404, N_("Unknown bundle"), N_("The central store has no such bundle. Send its manifest first.")),
    Refusal("no_such_part", 404, N_("Unknown part"), N_("The bundle has no such part.")),
    Refusal("part", 422, N_("Part damaged"), N_("A part of the bundle arrived damaged: %(reason)s. It was set aside; the others were taken. Send it again.")),
    Refusal("parts_missing", 409, N_("Not complete"), N_("The central store still lacks %(missing)s parts of this bundle.")),
    Refusal("recount", 422, N_("Counts differ"), N_("The central store counted again and found something else: %(reason)s. Nothing of the meeting was taken; tell the administrator.")),
    Refusal("meeting_conflict", 409, N_("Another version exists"), N_("The central store has this meeting already, with other content. Yours is kept beside it until a person has decided; keep it here too.")),
    Refusal("meeting_set_aside", 409, N_("Another version was chosen"), N_("Somebody at the central store has decided for another version of this meeting. Yours is kept there, but does not count.")),
    Refusal("meeting_erased", 410, N_("Erased"), N_("This meeting was erased at the central store and is not taken again.")),
    Refusal("central_not_saving", 503, N_("Central cannot save"), N_("The central store cannot save right now. Nothing is lost; sending goes on by itself.")),
    Refusal("no_such_dialogue", 404, N_("Unknown dialogue"), N_("The central store has no such dialogue.")),
    Refusal("no_such_conflict", 404, N_("Unknown conflict"), N_("There is no such conflict, or it has been settled.")),
    Refusal("no_such_key", 404, N_("Unknown key"), N_("There is no such key, or it has been revoked already.")),
    # The central store: who may read
    Refusal("account", 422, N_("Account not possible"), N_("A name has 3 to 60 letters, digits or . _ - @, is not taken yet, and its password has at least 15 characters.")),
    Refusal("account_needed", 401, N_("Log in first"), N_("This is for people with an account. Log in and try again.")),
    Refusal("role", 403, N_("Not for this account"), N_("Your account may not do this. Ask an administrator.")),
    Refusal("own_account", 409, N_("Your own account"), N_("You cannot close the account you are logged in with. Another administrator can.")),
    Refusal("log_in", 401, N_("Not logged in"), N_("Name and password do not go together.")),
)  # fmt: skip

REFUSALS: Mapping[str, Refusal] = {refusal.code: refusal for refusal in _ALL}

ANSWER_REASONS: Mapping[str, str] = {
    "shape": N_("It has the wrong form."),
    "unknown_field": N_("It has a part that does not belong there."),
    "unknown_option": N_("It names an option that the question does not have."),
    "repeated_option": N_("It names an option twice."),
    "too_few_chosen": N_("Choose more options."),
    "too_many_chosen": N_("Choose fewer options."),
    "out_of_range": N_("It is outside the scale."),
    "empty_text": N_("Write something first."),
    "text_too_long": N_("The text is too long."),
}
"""Why an answer does not fit, for each reason a kind can give."""

POPULATION_REASONS: Mapping[str, str] = {
    "empty": N_("there is nothing in it. The first row holds the headings, each further row one category."),
    "columns": N_("the headings must be variable, category, count, source, date and age_base, each once."),
    "cells": N_("it has fewer cells than there are headings."),
    "long": N_("a cell is longer than 200 characters, or holds something that cannot be printed."),
    "variable": N_("the variable is missing: what is counted, such as age."),
    "category": N_("the category is missing."),
    "source": N_("the source is missing: who has published the numbers."),
    "count": N_("the count must be a whole number without decimals."),
    "date": N_("the date must be a year, or year-month-day: 2025 or 2025-12-31."),
    "age_base": N_("the age base must be all, or ages such as 15+ or 16-84."),
    "differs": N_("source, date and age base must be the same in all rows of a variable."),
    "twice": N_("this category is there twice. Add the two counts together."),
    "many": N_("the variable has more than 500 categories. Put them together before."),
    "one_category": N_("a variable before this has fewer than two categories, or nobody in them."),
}
"""Why a row of a reference table is not accepted, for each reason its reading can give."""
