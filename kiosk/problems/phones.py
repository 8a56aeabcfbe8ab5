"""What a phone may be told; other windows hear it as well."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.languages import gettext_noop as N_
from kiosk.problems.refusal import Refusal

REFUSALS = (
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
    Refusal("operator_only", 401, N_("For the facilitator"), N_("This is for the facilitator. Open the console with the link from the window where the kiosk was started.")),
    Refusal("wall_only", 401, N_("Not paired"), N_("This screen is not paired. Choose “Open the wall” in the console.")),
    Refusal("ticket_used", 401, N_("Link already used"), N_("This link has been used or is too old. Press Enter in the window where the kiosk was started for a fresh one, or pair again from a console.")),
    # Voting
    Refusal("no_such_round", 404, N_("Unknown question"), N_("The server does not know this question. Reload the page.")),
    Refusal("not_open", 409, N_("Question closed"), N_("Not counted: the question was closed before your answer arrived.")),
    Refusal("ballot_conflict", 409, N_("Already used"), N_("This answer was already sent with other content. What you sent first still counts; answer again to change it.")),
    Refusal("answer", 422, N_("Answer not understood"), N_("The answer does not fit the question. %(reason)s")),
)  # fmt: skip

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
