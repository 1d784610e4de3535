"""Why a record is not simply clean: one table of codes, what each means for the record, and what its sender reads."""

from intake.errors import N_
from intake.records.upload import TAKEN_OUT, Verdict

REASONS = {
    "kind_not_allowed": N_("We cannot take this kind of file. Send a PDF, a photo, scan images or a ZIP folder."),
    "macros": N_("This Word document holds small programs (macros). Save it as a PDF and send that."),
    "infected": N_("Our virus scanner found something harmful in this file. Ask whoever made it for a new copy."),
    "archive_empty": N_("This ZIP folder is empty. Make it again with the files in it, and send it again."),
    "archive_broken": N_("This ZIP folder could not be read. Make it again and send it again."),
    "archive_method": N_("This ZIP folder was packed in a rare way. Make it again, or send the files one by one."),
    "archive_bomb": N_("This ZIP folder grows too large when it is opened. Send the files in it one by one."),
    "archive_tricks": N_("This ZIP folder is built in an unsafe way. Make it again, or send the files one by one."),
    "archive_too_large": N_("This ZIP folder holds very many files. A coordinator will look at it."),
    "archive_too_deep": N_("There are ZIP folders in ZIP folders here. A coordinator will look at it."),
    "archive_inside": N_("We could not open a ZIP folder inside this one. A coordinator will look at it."),
    "password": N_("This file needs a password. Save it without the password and send it again."),
    "damaged": N_("This file did not arrive whole. Please send it again."),
    "taken_out": N_("You took this page out. It was not kept."),
    "image_too_large": N_("This scan says it is larger than it can be. A coordinator will look at it with care."),
    "active_content": N_("We have it. A coordinator opens it with care, because it can do more than show pages."),
    "two_kinds": N_("We have it. A coordinator opens it with care, because it could be two kinds of file in one."),
    "disguised": N_("We have it. A coordinator looks at it with care, because a file in it has a misleading name."),
    "too_large_to_scan": N_("We have it. A coordinator looks at it with care: it is too large for our virus scanner."),
    "suspected": N_("We have it. Our virus scanner is not sure about it, so a coordinator looks at it with care."),
    "scan_failed": N_("We have it. Our virus scanner could not read it, so a coordinator looks at it with care."),
    "not_scanned": N_("We have it. A coordinator looks at it with care, because it was not scanned for viruses."),
    "scanner_down": N_("We have it. It waits for our virus scanner, which does not answer now. You need do nothing."),
    "check_timeout": N_("We have it. Our check could not finish, so a coordinator looks at it with care."),
    "check_memory": N_("We have it. Our check could not finish, so a coordinator looks at it with care."),
    "check_crashed": N_("We have it. Our check could not finish, so a coordinator looks at it with care."),
    "check_refused": N_("We have it. Our check could not finish, so a coordinator looks at it with care."),
}  # fmt: skip

# Files that we do not keep. Everything else that is not clean is held, and opens by a deliberate act.
REJECTED = frozenset(
    {"kind_not_allowed", "macros", "infected", "archive_empty", "archive_bomb", "archive_tricks", TAKEN_OUT}
)
# Held for one of these, a file waits for its sender, not for us.
SENDER_CAN_MEND = ("password", "damaged", "archive_broken", "archive_method")
# Held for one of these, a file is worth another check once there is a scanner, or the scanner is back.
WAITS_FOR_SCANNER = ("not_scanned", "scanner_down")


def verdict_for(reason: str) -> Verdict:
    """What a reason makes of a record."""
    return Verdict.REJECTED if reason in REJECTED else Verdict.HELD
