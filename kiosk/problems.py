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
    Refusal("trouble", 500, N_("Something went wrong"), N_("The server could not do this. Nothing was lost; try again, and tell the facilitator if it happens again.")),
    Refusal("not_saving", 503, N_("Cannot save"), N_("The server cannot save right now. Your answer is kept on this device and is sent again by itself.")),
    # Getting in
    Refusal("no_such_code", 404, N_("Unknown code"), N_("No meeting has the code %(code)s. Look at the code on the wall and type it again.")),
    Refusal("not_joined", 401, N_("Not in the meeting"), N_("This device has not joined the meeting. Scan the code on the wall or type the address.")),
    Refusal("meeting_over", 410, N_("The meeting is over"), N_("This meeting has ended. Thank you for taking part.")),
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
    Refusal("not_ended", 409, N_("Not ended"), N_("The meeting is still running. End it first.")),
    Refusal("already_open", 409, N_("Already open"), N_("This question is open already.")),
    Refusal("still_open", 409, N_("Still open"), N_("The question is still open. Close it first.")),
    Refusal("not_revealed", 409, N_("Not shown yet"), N_("The result can be taken home when it has been shown in the room.")),
    Refusal("asked_by_server", 409, N_("Asked at the door"), N_("Questions about the participants open and close with the meeting.")),
    Refusal("rehearsal_counted", 409, N_("Real answers inside"), N_("People in the room have answered together with the rehearsal. Duplicate the meeting to begin with an empty one.")),
    # Documents
    Refusal("document", 422, N_("Document not accepted"), N_("The meeting document has a fault at %(path)s: %(reason)s")),
    Refusal("meeting_differs", 409, N_("Another meeting has this id"), N_("A meeting with this id is here already, with other content. Duplicate that one instead, or give the document a new id.")),
    Refusal("code_taken", 409, N_("Code taken"), N_("Another meeting on this machine has the code %(code)s. Choose another.")),
    Refusal("code_invalid", 422, N_("Code not possible"), N_("A code has 4 to 6 letters (A to Z) and digits, and is not a word the kiosk needs itself.")),
    Refusal("wifi_invalid", 422, N_("Wi-Fi not possible"), N_("Name and password may hold only letters a–z, digits and hyphens, with at least one letter after F; the password has 8 to 63. Change them in the router.")),
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
