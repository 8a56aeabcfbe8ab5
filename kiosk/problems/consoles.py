"""What the facilitator may be told."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.languages import gettext_noop as N_
from kiosk.problems.refusal import Refusal

REFUSALS = (
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
    Refusal("not_looked_at", 409, N_("Not looked at yet"), N_("Look at the comparison on the console first; then it can be taken home.")),
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
    Refusal("wifi_invalid", 422, N_("Wi-Fi not possible"), N_("A network name has at most 32 characters, fewer with letters such as å or ä. A Wi-Fi password has 8 to 63 characters, none of them such letters. Look at the router’s label again; an open network has no password.")),
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
)  # fmt: skip

DOCUMENT_REASONS: Mapping[str, str] = {
    "id_twice": N_("the id “%(name)s” is there twice."),
    "shown_with": N_("“%(name)s” is not an option that is shown by itself."),
    "many_breakdowns": N_("at most %(name)s composition questions can be named."),
    "not_composition": N_("“%(name)s” is not a composition question of this document."),
    "broken_down": N_("a composition question is not broken down by another."),
    "live": N_("a sensitive or composition question shows nothing while it is open."),
    "no_question": N_("there is no question “%(name)s” in this document."),
    "composition_pair": N_("a composition question is in no pair. Name it under “breakdown” instead."),
    "two_pairs": N_("a question is in one pair at most."),
    "composition_item": N_("composition questions are asked together, by an agenda item of the type “composition”."),
    "unknown_kind": N_("there are no questions of the kind “%(name)s”."),
}  # fmt: skip
"""Why a meeting document contradicts itself, for each reason its reading can give."""

QUESTION_REASONS: Mapping[str, str] = {
    "too_few_options": N_("a choice needs at least two options."),
    "limits": N_(
        "its limits cannot be kept. They are whole numbers, the smaller before the greater, none of them above the number of options; a scale has at most 21 steps."
    ),
}
"""Why a question does not fit its kind, for each reason a kind can give."""

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
