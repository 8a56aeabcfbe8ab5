"""What the central store tells laptops and readers."""

from __future__ import annotations

from kiosk.languages import gettext_noop as N_
from kiosk.problems.refusal import Refusal

REFUSALS = (
    # The central store: who may send
    Refusal("enrolment_code", 403, N_("Code not accepted"), N_("This code is not known there, has been used or is too old. Check the address and every letter of the code; if they are right, ask the administrator for a new code.")),
    Refusal("site_taken", 409, N_("Already enrolled"), N_("This site or its key is enrolled already. To give a site a new key, the code must be made for that site.")),
    Refusal("site_unknown", 403, N_("Not enrolled here"), N_("The central store does not know this computer. Enrol it with a code from the administrator.")),
    Refusal("key_revoked", 403, N_("Key revoked"), N_("The central store no longer accepts this computer's key. Nothing was taken; ask the administrator for a new code.")),
    Refusal("bad_signature", 401, N_("Not genuine"), N_("The request was not signed by the key it names. Try again.")),
    Refusal("nonce_unknown", 401, N_("Say hello again"), N_("The central store does not know this conversation any more. Try again; it goes on from where it was.")),
    Refusal("repeated_request", 401, N_("Heard before"), N_("This very request was heard before. Try again.")),
    # The central store: what is sent
    Refusal("bundle", 422, N_("Bundle not accepted"), N_("The bundle is not as it was made: %(reason)s. Nothing of it was taken; make it again from the sealed meeting.")),
    Refusal("schema_newer", 422, N_("Central store too old"), N_("The bundle is of version %(found)s and the central store reads %(known)s. Nothing of it was taken. Update the central store first; then send it again, or bring the same file again.")),
    Refusal("schema_older", 422, N_("Software too old"), N_("The bundle is of version %(found)s and the central store reads %(known)s. Nothing of it was taken. Update the software on the laptop first; then send it again, or take the file from the laptop anew.")),
    Refusal("not_your_bundle", 403, N_("Another site's"), N_("This bundle belongs to another site.")),
    Refusal("no_such_bundle", 404, N_("Unknown bundle"), N_("The central store has no such bundle. Send its manifest first.")),
    Refusal("no_such_part", 404, N_("Unknown part"), N_("The bundle has no such part.")),
    Refusal("part", 422, N_("Part damaged"), N_("A part of the bundle arrived damaged: %(reason)s. It was set aside; the others were taken. Send it again.")),
    Refusal("parts_missing", 409, N_("Not complete"), N_("The central store still lacks %(missing)s parts of this bundle.")),
    Refusal("recount", 422, N_("Counts differ"), N_("The central store counted again and found something else: %(reason)s. Nothing of the meeting was taken; tell the administrator.")),
    Refusal("meeting_conflict", 409, N_("Another version exists"), N_("The central store has this meeting already, with other content. Yours is kept beside it until a person has decided; keep it here too.")),
    Refusal("meeting_set_aside", 409, N_("Another version was chosen"), N_("Somebody at the central store has decided for another version of this meeting. Yours is kept there, but does not count.")),
    Refusal("meeting_erased", 410, N_("Erased"), N_("This meeting was erased at the central store and is not taken again. The note there says who erased it and why; decide whether the copy on the laptop is to be deleted too.")),
    Refusal("central_not_saving", 503, N_("Central cannot save"), N_("The central store cannot save right now. Nothing is lost; sending goes on by itself.")),
    Refusal("central_full", 507, N_("Central store is full"), N_("There is no room left on the disk of the central store. Nothing is lost, and nothing was taken by halves. Those who look after the store must make room; then a laptop goes on by itself, and a bundle from a stick is brought in again.")),
    Refusal("no_such_dialogue", 404, N_("Unknown dialogue"), N_("The central store has no such dialogue.")),
    Refusal("no_such_conflict", 404, N_("Unknown conflict"), N_("There is no such conflict, or it has been settled.")),
    Refusal("no_such_key", 404, N_("Unknown key"), N_("There is no such key, or it has been revoked already.")),
    # The central store: who may read
    Refusal("account", 422, N_("Account not possible"), N_("A name has 3 to 60 letters, digits or . _ - @, is not taken yet, and its password has at least 15 characters.")),
    Refusal("account_needed", 401, N_("Log in first"), N_("This is for people with an account. Log in and try again.")),
    Refusal("role", 403, N_("Not for this account"), N_("Your account may not do this. Ask an administrator.")),
    Refusal("no_such_account", 404, N_("Unknown account"), N_("There is no account with the name %(name)s. Nothing was changed.")),
    Refusal("own_account", 409, N_("Your own account"), N_("You cannot close the account you are logged in with. Another administrator can.")),
    Refusal("log_in_paused", 429, N_("Wait a little"), N_("Too many wrong passwords have been given under this name. Wait five minutes and try again.")),
    Refusal("log_in", 401, N_("Not logged in"), N_("Name and password do not go together.")),
)  # fmt: skip
