"""What can go wrong, by name. Each error has a stable code and a kind sentence (a message id) that says what to do.

Sentences never hold input, secrets or paths; `web/errors.py` decides the status and translates them.
"""


def N_(message: str) -> str:
    """Mark a message id for the catalogue. The floor below `languages`, so it has a marker of its own."""
    return message


class IntakeError(Exception):
    """The root of the family. `values` fill the placeholders of `message` after translation."""

    code = "intake_error"
    message = N_("Something went wrong. Please try again. If it happens again, contact us.")

    def __init__(self, **values: object) -> None:
        super().__init__(self.code)
        self.values = values


# -- Starting ----------------------------------------------------------------------------------------------------


class SettingsIncomplete(IntakeError):
    """Settings are missing or wrong; `names` lists every one of them."""

    code = "settings_incomplete"

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names

    def __str__(self) -> str:
        return "The service cannot start. Set or correct:\n" + "\n".join(f"  - {name}" for name in self.names)


class KeyRingUnfit(SettingsIncomplete):
    """The key ring is not there, is no key ring, or is not the one that the stored keys were wrapped with."""

    code = "key_ring_unfit"

    def __init__(self, fault: str) -> None:
        super().__init__([f"INTAKE_KEY_RING: {fault}. Bring the right file back; only for a new service: intake keys"])


class VaultUnfit(SettingsIncomplete):
    """The place for records answers, but does not do what a vault must, or does not let us."""

    code = "vault_unfit"

    def __init__(self, fault: str) -> None:
        super().__init__([f"INTAKE_VAULT_URL or INTAKE_VAULT: {fault}"])


class OperatorFileBroken(IntakeError):
    """The operator file has blank or wrong entries; `entries` lists every one of them."""

    code = "operator_file_broken"

    def __init__(self, entries: list[str]) -> None:
        super().__init__()
        self.entries = entries

    def __str__(self) -> str:
        told = "\n".join(f"  - {entry}" for entry in self.entries)
        return f"The operator file (INTAKE_OPERATOR_FILE) needs attention:\n{told}"


class KnowledgeBroken(IntakeError):
    """What we know is not written as it must be; names the file, the entry and what is wrong."""

    code = "knowledge_broken"

    def __init__(self, file: str, entry: str, fault: str) -> None:
        super().__init__()
        self.file, self.entry, self.fault = file, entry, fault

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.fault}"


class SchemaOutdated(IntakeError):
    """The database has not been migrated to the schema that this release needs."""

    code = "schema_outdated"

    def __str__(self) -> str:
        return "The database schema is not the one this release needs. Run: intake migrate"


class ProcessEnded(IntakeError):
    """Web or worker ended by itself; the other was ended with it."""

    code = "process_ended"

    def __str__(self) -> str:
        return "The web or the worker ended by itself, so everything was ended. The lines above say why."


class SiteBroken(IntakeError):
    """The guidance site could not be built; the old site stays."""

    code = "site_broken"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return f"The guidance site was not built: {self.reason}"


class DemoRefused(IntakeError):
    """Demonstration cases are for an empty development system only."""

    code = "demo_refused"

    def __str__(self) -> str:
        return "Demonstration cases are made only in development, and only while there is no case yet."


# -- Keys --------------------------------------------------------------------------------------------------------


class KeyGone(IntakeError):
    """The key of a case, draft or letter was destroyed or never made: what it sealed cannot be read."""

    code = "key_gone"
    message = N_("This information has been deleted and cannot be opened any more.")


class SealBroken(IntakeError):
    """Sealed bytes were altered, cut, moved, or sealed with another key."""

    code = "seal_broken"
    message = N_("This information could not be opened. We have been told and will look into it.")


# -- Links and sessions ------------------------------------------------------------------------------------------


class LinkForged(IntakeError):
    """The token was not signed by us for this place, or was altered on its way."""

    code = "link_forged"
    message = N_("This link is not complete. Open it again from our e-mail, or copy the whole link into the browser.")


class LinkExpired(IntakeError):
    """The link was ours, but its time is over, it was used up, or it was withdrawn."""

    code = "link_expired"
    message = N_("This link no longer works. We can send a new one to the e-mail address we have for you.")


class LinkReplaced(LinkExpired):
    """A newer link was sent; this one stopped working then."""

    code = "link_replaced"
    message = N_("A newer link was sent to you, so this one no longer works. Use the newest, or ask for a new one.")


class LinkWrongPlace(IntakeError):
    """A true link, used for something it is not meant for."""

    code = "link_wrong_place"
    message = N_("This link is for something else. Use the link in our newest e-mail to you.")


class SessionMissing(IntakeError):
    """No session, or one that ended; the person must come in again."""

    code = "session_missing"
    message = N_("You have been signed out to keep the information safe. Open the link in our e-mail to come back.")


class HelperLinkOver(SessionMissing):
    """The link of a helper was ended by who made it, or its time is over."""

    code = "helper_link_over"
    message = N_("This link has ended. What has arrived is safe. Ask the person who gave you the link for a new one.")


class CodeWrong(IntakeError):
    """A code from a helper's sheet that stands for no link."""

    code = "code_wrong"
    message = N_("We do not know this code. Compare each letter with the sheet, and try again.")


class AddressMismatch(IntakeError):
    """The e-mail address typed is not the one on file; `left` tries remain."""

    code = "address_mismatch"
    message = N_("That is not the e-mail address we have. Type the address that you used for the request.")


class TooManyTries(IntakeError):
    """A limit of tries was reached; the person must wait or ask for a new link."""

    code = "too_many_tries"
    message = N_("There were too many tries. Wait an hour and try again, or ask us for a new link.")


class NotYours(IntakeError):
    """A true thing that this session may not see: answered as if it did not exist."""

    code = "not_found"
    message = N_("We cannot find this page. Check the address, or start again from our e-mail.")


# -- Drafts and cases --------------------------------------------------------------------------------------------


class DraftGone(IntakeError):
    """The draft ran out of time, or was deleted."""

    code = "draft_gone"
    message = N_("This request was not sent in time and has been deleted. You can start a new one.")


class DraftIncomplete(IntakeError):
    """A send was asked for while a page is still unanswered; `step` names it."""

    code = "draft_incomplete"
    message = N_("One page still needs an answer before you can send your request.")


class CaseNotFound(NotYours):
    """No such case."""

    code = "case_not_found"


class MoveNotAllowed(IntakeError):
    """The table of moves does not lead from this stage to that one."""

    code = "move_not_allowed"
    message = N_("The case has moved on meanwhile, so this step is no longer possible. Look at the case again.")


class CaseTaken(IntakeError):
    """Somebody else has the case by now than whoever acts has seen: nothing was changed."""

    code = "taken"
    message = N_("Somebody else changed who has this case, so nothing was done. Look at the case again.")


class ReplyChanged(IntakeError):
    """A saved reply was changed by somebody else since it was opened."""

    code = "reply_changed"
    message = N_("Somebody else changed this reply meanwhile. Your words are still here: compare, then save again.")


class AgreementMissing(IntakeError):
    """An adult patient, for whom somebody else asks, has not agreed yet: nobody may read the case before that."""

    code = "agreement_missing"
    message = N_("The patient has not agreed yet, so no specialist may read the case. Ask for the agreement first.")


class ReasonMissing(IntakeError):
    """A move that needs a reason came without one."""

    code = "reason_missing"
    message = N_("Choose a reason, and say where else the person can go.")


class ConversationFull(IntakeError):
    """More messages than a conversation holds."""

    code = "conversation_full"
    message = N_("This conversation holds very many messages, and no more fit in. Please telephone us.")


class HelpersEnough(IntakeError):
    """As many links for helpers work already as one case may have; `most` says how many."""

    code = "helpers_enough"
    message = N_("You have %(most)s links that work. End one that is not needed any more, then make a new one.")


# -- Records -----------------------------------------------------------------------------------------------------


class UploadNotFound(NotYours):
    """No such upload, or not one of this visitor's."""

    code = "upload_not_found"
    message = N_("We cannot find this upload. Choose the file again to start it afresh.")


class UploadGone(IntakeError):
    """The upload was cancelled or ran out of time before it was complete."""

    code = "upload_gone"
    message = N_("This upload was cancelled or took too long. Choose the file again to start it afresh.")


class UploadEmpty(IntakeError):
    """A file of no bytes."""

    code = "upload_empty"
    message = N_("This file is empty. Choose the file again, or ask the hospital for a new copy.")


class NotAPhoto(IntakeError):
    """A file of another kind, chosen as a page of photos. Its name tells; its bytes are opened by the check alone."""

    code = "not_a_photo"
    message = N_("Choose photos only (JPEG, PNG or HEIC). Send other files on the page for all files.")


class UploadTooLarge(IntakeError):
    """The file is larger than one file may be; `limit` is that size in words."""

    code = "upload_too_large"
    message = N_("This file is larger than %(limit)s. Send it in smaller parts, or contact us for another way.")


class UploadOverrun(IntakeError):
    """More bytes came than the upload was announced with."""

    code = "upload_overrun"
    message = N_("More was sent than announced. Nothing was lost: the upload goes on from where it was.")


class QuotaFull(IntakeError):
    """The files or bytes allowed for this case are used up."""

    code = "quota_full"
    message = N_("There is no room left for more files in this case. Contact us and we will make room.")


class SpaceShort(IntakeError):
    """The service itself has no room on its disk."""

    code = "space_short"
    message = N_("We cannot take more files at this moment. What you have sent is safe. Try again in an hour.")


class ServiceFull(SpaceShort):
    """All cases together hold as much as the operator allows."""

    code = "service_full"


class VaultAway(IntakeError):
    """The place where records lie does not answer, or did not take something; what was committed stays."""

    code = "vault_away"
    message = N_("We cannot reach our file storage right now. What has arrived is safe. Try again in a few minutes.")


class VaultRefuses(VaultAway):
    """The store answers, and does not let us: a wrong key, a missing permission, no such place."""

    code = "vault_refuses"


class OffsetMismatch(IntakeError):
    """A part began somewhere else than where the upload stands; `offset` is where it stands."""

    code = "offset_mismatch"
    message = N_("The upload goes on from another place. Nothing was lost: it continues by itself.")


class UploadReplaced(IntakeError):
    """A newer request has taken over this upload."""

    code = "upload_replaced"
    message = N_("The upload goes on in another window or connection.")


class UploadComplete(IntakeError):
    """Bytes were sent to an upload that is complete."""

    code = "upload_complete"
    message = N_("This file has already arrived in full.")


class HeaderWrong(IntakeError):
    """A header of the upload protocol is missing or unreadable; `header` names it."""

    code = "header_wrong"
    message = N_("The upload request was not understood (%(header)s). Reload the page and try again.")


class ProtocolUnsupported(IntakeError):
    """A version of the upload protocol that we do not speak."""

    code = "protocol_unsupported"
    message = N_("This program speaks another version of the upload protocol. Reload the page and try again.")


class MediaTypeWrong(IntakeError):
    """A body of another media type than the upload protocol wants."""

    code = "media_type_wrong"
    message = N_("The upload request was not understood. Reload the page and try again.")


class UploadsBusy(IntakeError):
    """All places for uploads are taken at this moment."""

    code = "uploads_busy"
    message = N_("Many files are arriving at this moment. Your upload waits and goes on by itself.")


class ScannerDown(IntakeError):
    """The virus scanner does not answer. Nothing was decided; the check is to be tried again."""

    code = "scanner_down"
    message = N_("Our virus scanner does not answer now. Nothing is lost: the check is tried again by itself.")


class ScannerMissing(IntakeError):
    """There is no virus scanner to check anything with."""

    code = "scanner_missing"

    def __str__(self) -> str:
        return "This service has no virus scanner. Set INTAKE_SCANNER and start the worker again."


class RecordNotReady(IntakeError):
    """The record is still being checked, was rejected, or needs a deliberate act first."""

    code = "record_not_ready"
    message = N_("This record cannot be opened yet. Look at the case to see why.")


# -- Letters -----------------------------------------------------------------------------------------------------


class LetterBroken(IntakeError):
    """A letter has no template in this language or lacks a value."""

    code = "letter_broken"


class AddressUnfit(LetterBroken):
    """A letter cannot go to what was given as its address."""

    code = "address_unfit"

    def __str__(self) -> str:
        return "This is not an e-mail address that a letter can go to."


class SenderLater(IntakeError):
    """The mail provider cannot take the letter now; try again later."""

    code = "sender_later"


class SenderNever(IntakeError):
    """The mail provider refuses this letter for good; `reason` is a short code."""

    code = "sender_never"


class EventsForged(IntakeError):
    """News about letters that our mail provider did not sign, or that were changed on the way."""

    code = "events_forged"
    message = N_("The signature does not fit. Check the verification key in the settings.")


class EventsStale(EventsForged):
    """News about letters that were signed too long ago, or in the future: somebody may be sending them again."""

    code = "events_stale"
    message = N_("This was signed too long ago. Check the clock of the server, and send what is new.")


class EventsUnreadable(IntakeError):
    """Signed news about letters that are no list of events."""

    code = "events_unreadable"
    message = N_("A list of events was expected. Send them as the mail provider does.")


# -- Partners ----------------------------------------------------------------------------------------------------


class SlugUnfit(IntakeError):
    """A name for links that cannot stand in one, or an organisation without a name."""

    code = "slug_unfit"

    def __str__(self) -> str:
        return "The name in links may hold small letters, digits and hyphens, up to 60 signs; the partner needs a name."


class PartnerKnown(IntakeError):
    """The name in links is taken; `slug` says which."""

    code = "partner_known"

    def __str__(self) -> str:
        return f"Another partner uses the name {self.values['slug']} already. Choose another one."


# -- Coordinators ------------------------------------------------------------------------------------------------


class PasskeyRefused(IntakeError):
    """The passkey did not prove who it is."""

    code = "passkey_refused"
    message = N_("The passkey was not accepted. Try again, or use the device on which you made it.")


class LastPasskey(PasskeyRefused):
    """The only passkey of an account cannot be removed: nobody could sign in any more."""

    code = "last_passkey"
    message = N_("This is your only passkey. Make another one first, then remove this one.")


class AccountClosed(IntakeError):
    """The coordinator's account was closed."""

    code = "account_closed"
    message = N_("This account is closed. Ask the person who runs the service.")


class NobodyThere(IntakeError):
    """No open account has this address."""

    code = "nobody_there"

    def __str__(self) -> str:
        return "No open account at the desk has this e-mail address."


class LeadNeeded(IntakeError):
    """Only a lead may do this."""

    code = "lead_needed"
    message = N_("Only a lead may do this. Ask a lead at your desk.")


class NotForYourself(IntakeError):
    """What one lead does for another person, and nobody for themselves."""

    code = "not_for_yourself"
    message = N_("You cannot do this with your own account. Ask another lead.")


class ProofNeeded(IntakeError):
    """Who is at the desk has to prove once more who they are before this."""

    code = "proof_needed"
    message = N_("Confirm first that it is you. Reload the page, and try again.")


class SignInRefused(IntakeError):
    """Address, password or code is wrong, or there is no such account: never said which."""

    code = "sign_in_refused"
    message = N_("That did not fit. Check the e-mail address and the password, and type a new code from your app.")


class CodeNotRight(IntakeError):
    """Not the code that a lead gave beside a link; `left` tries remain."""

    code = "code_not_right"
    message = N_("This is not the code. Compare each letter with what the lead told you, and try again.")


class PasswordUnfit(IntakeError):
    """A password that is too short, too long or too easy to guess; `why` says so in another sentence than the usual."""

    code = "password_unfit"
    message = N_("Choose another password: this one is made of words that people try first, or of your name or ours.")

    def __init__(self, why: str = "", **values: object) -> None:
        super().__init__(**values)
        self.message = why or self.message


# -- The web -----------------------------------------------------------------------------------------------------


class RequestForged(IntakeError):
    """An unsafe request that did not come from a page of ours."""

    code = "request_forged"
    message = N_("This page was open for a long time, or came from another place. Go back, reload it and try again.")


class CookiesOff(RequestForged):
    """An unsigned request of a browser that did not send our visit cookie along: most likely it keeps none."""

    code = "cookies_off"
    message = N_("Your browser did not keep our cookie. Allow cookies for this address, reload the page and try again.")


class TooManyRequests(IntakeError):
    """A rate limit was reached."""

    code = "too_many_requests"
    message = N_("There were too many requests. Wait a few minutes and try again. Nothing you typed is lost.")


class BodyTooLarge(IntakeError):
    """The request body is larger than this address accepts."""

    code = "body_too_large"
    message = N_("That was too much at once. Send a smaller file, or shorten the text.")
