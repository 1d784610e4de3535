"""What the script of the records page says: whole sentences in the reader's language, the script only fills them.

A sentence with a number is given in all the forms that the language has for it, by the names under which browsers know
them (`Intl.PluralRules`); the forms are those of the catalogue, like everywhere else.
"""

from collections.abc import Callable

from intake.languages import N_, Languages

Counted = Callable[[str, str, int], str]

SENTENCES = {
    "waiting": N_("Waits for its turn"),
    "looking": N_("Looking at the file"),
    "sending": N_("{done} of {size} sent"),
    "arrived": N_("Arrived. We check it now."),
    "one": N_("{name} has arrived."),
    "all": N_("All files have arrived."),
    "stay": N_("Leave this page open. If the screen locks, sending may pause. It goes on when you are back."),
    "offline": N_("No connection. Sending goes on by itself when it is back."),
    "broke": N_("The connection broke. Nothing that arrived is lost. We try again by ourselves."),
    "resumed": N_("The connection is back. Sending goes on where it stopped."),
    "link": N_("Open the link in our newest e-mail again, and choose this file again. It goes on where it stopped."),
    "elsewhere": N_("This file goes on in another window."),
    "closed": N_("Your case takes no more files. If something is missing, write to us or call us."),
    "unread": N_("This device can no longer read the file. Save it on the device itself, and choose it again."),
    "empty": N_("This file is empty. Choose another one."),
    "large": N_("This file is too large. Write to us or call us for another way."),
    "other": N_("This is not the same file as before, so it is sent from its beginning."),
    "here": N_("This file is here already, so it is not sent again."),
    "wrong": N_("{name} is a different file, and nothing of it was sent. Choose {wanted} again, or remove it here."),
    "failed": N_("This did not work. Reload the page and choose the file again."),
    "removed": N_("Removed"),
    "sure": N_("Remove {name}? What has arrived of it will be deleted."),
}

# For a helper, who has no letter of ours to go to.
HELPING = {
    "link": N_(
        "This link has ended. What has arrived is safe. Ask the person who gave you the link for a new one."
    ),
}


def _begun(ngettext: Counted, count: int) -> str:
    return ngettext("Sending {count} file.", "Sending {count} files.", count)


def _total(ngettext: Counted, count: int) -> str:
    return ngettext("{done} of {count} file has arrived", "{done} of {count} files have arrived", count)


def _minutes(ngettext: Counted, count: int) -> str:
    return ngettext("About {count} minute left at this speed.", "About {count} minutes left at this speed.", count)


def _hours(ngettext: Counted, count: int) -> str:
    return ngettext("About {count} hour left at this speed.", "About {count} hours left at this speed.", count)


def _waits(ngettext: Counted, count: int) -> str:
    return ngettext(
        "Very much came at once from your network. This goes on by itself in about {count} minute.",
        "Very much came at once from your network. This goes on by itself in about {count} minutes.",
        count,
    )


COUNTED = {"begun": _begun, "total": _total, "minutes": _minutes, "hours": _hours, "waits": _waits}


def words_of(languages: Languages, code: str, *, helping: bool = False) -> dict[str, str | dict[str, str]]:
    """Every sentence of the script in a language: as it is, or one for each of the language's plural forms.

    `helping` is for somebody who sends through a helper's link.
    """
    gettext, ngettext = languages.gettext(code), languages.ngettext(code)
    sentences = SENTENCES | HELPING if helping else SENTENCES
    said: dict[str, str | dict[str, str]] = {name: gettext(sentence) for name, sentence in sentences.items()}
    samples = languages.plural_samples(code)
    for name, counted in COUNTED.items():
        said[name] = {form: counted(ngettext, sample) for form, sample in samples.items()}
    return said
