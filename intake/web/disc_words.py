"""What a disc holds, in the words of whoever reads the page; and what to check, beside the answers of its case.

Templates call `disc_words(record)`. Comparing needs the answers, which are opened once for a page, and only if there
is a disc.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask, g

from intake.cases import store
from intake.cases.disc_matches import DiscMatch, match_disc
from intake.languages import N_
from intake.records.dicom_words import KIND_WORDS, MODALITIES
from intake.records.disc_summary import DiscSummary
from intake.records.person_names import as_read
from intake.records.reading import Record
from intake.web.cookies import services
from intake.web.pages import language, say

NO_IMAGES = N_("no images")
# What there is instead of scan images, where something else should have come.
INSTEAD = {
    "unreadable": N_("This looks like a scan, but we could not read it"),
    "index": N_("This is the list of a disc, without its images"),
    "program": N_("We found a program, but no scan images that we can read"),
}
ADVICE = {
    "captures": N_(
        "These look like pictures of a screen or of films. If you can, ask the hospital for the scan itself in DICOM "
        "form."
    ),
    "pictures": N_(
        "If they show a scan, a doctor cannot measure it or look through it. Ask the hospital for the scan in DICOM "
        "form, on a disc or as a download."
    ),
    "unreadable": N_(
        "Copy the disc once more, and send it again. If that does not help, ask the hospital for a new copy."
    ),
    "index": N_("Please send the whole disc: all its folders, in one ZIP."),
    "program": N_(
        "Some discs hold images that only their own program opens. Ask the hospital for the scan in DICOM form."
    ),
}
ANOTHER_SPELLING = N_(
    "If only the spelling differs, you need do nothing. If it is the disc of somebody else, tell us, and ask the "
    "hospital for the right one."
)
SOMEBODY_ELSE = N_("If some of the images are of somebody else, tell us. Nothing is lost, and nothing is refused.")
NEWER = N_("The newest images are from %(day)s. If newer ones were made, please send them too.")
NOT_ALL = N_("The disc holds more than we look at. The numbers are those of its first part.")


@dataclass(frozen=True, slots=True)
class DiscWords:
    """A disc as it is told: one sentence, and what to do in sentences of their own. `summary` is the whole of it, and
    `match` what stands against the answers, both for the desk."""

    sentence: str
    advice: tuple[str, ...]
    summary: DiscSummary
    match: DiscMatch


def prepare(app: Flask) -> None:
    """Let templates say `disc_words(record)`, `modality_word(code)` and `as_read(name)`."""
    for word in (disc_words, modality_word, as_read):
        app.add_template_global(word)


def disc_words(record: Record) -> DiscWords | None:
    """What the disc check found of this record, in the language of the page; None if it found no disc."""
    summary = summary_of(record)
    if summary is None or summary.medium == "other":
        return None
    return in_words(summary, _match(record.upload.case_id, summary))


def summary_of(record: Record) -> DiscSummary | None:
    """The summary kept with a record; None if there is none, or one of another version of ours."""
    kept = record.findings.disc if record.findings else None
    if not kept:
        return None
    try:
        return DiscSummary.from_json(kept)
    except (TypeError, KeyError, ValueError):
        return None


def modality_word(code: str) -> str:
    """A modality as patients say it; a code that we do not know stays as it is."""
    return say(MODALITIES[code]) if code in MODALITIES else code


def in_words(summary: DiscSummary, match: DiscMatch) -> DiscWords:
    """The sentence and the advice, in the language of the page."""
    found, notes = _found(summary), list(_notes(match))
    if notes:
        found = say(N_("%(found)s; %(notes)s: please check"), found=found, notes=_listed(notes))
    sentence = say(N_("%(sentence)s."), sentence=found)
    return DiscWords(sentence, tuple(_advice(summary, match)), summary, match)


def _match(case_id: str, summary: DiscSummary) -> DiscMatch:
    house = services()
    if g.get("disc_answers_of") != case_id:
        with house.database.read() as tx:
            g.disc_answers = store.read_answers(tx, house.keys, store.case_by_id(tx, case_id))
        g.disc_answers_of = case_id
    return match_disc(summary, g.disc_answers, house.knowledge, house.clock().date())


def _found(summary: DiscSummary) -> str:
    medium = summary.medium
    if medium in INSTEAD:
        return say(INSTEAD[medium])
    ngettext = _ngettext()
    if medium == "pictures":
        count = summary.pictures
        text = ngettext(
            "%(count)s picture, which is not a scan file (DICOM)",
            "%(count)s pictures, which are not scan files (DICOM)", count,
        )  # fmt: skip
        return text % {"count": _number(count)}
    studies = ngettext("%(count)s study", "%(count)s studies", summary.study_count)
    images = ngettext("%(count)s image", "%(count)s images", summary.images)
    told = [studies % {"count": _number(summary.study_count)}]
    told.append(images % {"count": _number(summary.images)} if summary.images else say(NO_IMAGES))
    kinds = _kinds(summary)
    return _one_after_the_other([*told, _listed(kinds)] if kinds else told)


def _kinds(summary: DiscSummary) -> list[str]:
    """Modalities of the images, then what else is there; each word once, codes that nobody knows last."""
    known = [modality_word(code) for code in MODALITIES if code in summary.modalities]
    unknown = [code for code in summary.modalities if code not in MODALITIES]
    others = [say(word) for kind, word in KIND_WORDS.items() if summary.kinds.get(kind)]
    return list(dict.fromkeys([*known, *unknown, *others]))


def _notes(match: DiscMatch) -> Iterator[str]:
    ngettext = _ngettext()
    if match.name_differs and match.born_differs:
        yield say(N_("the name and the birth date on the disc differ from the form"))
    elif match.name_differs:
        yield say(N_("the name on the disc differs from the form"))
    elif match.born_differs:
        yield say(N_("the birth date on the disc differs from the form"))
    if match.people:
        text = ngettext("the disc names %(count)s person", "the disc names %(count)s people", match.people)
        yield text % {"count": _number(match.people)}


def _advice(summary: DiscSummary, match: DiscMatch) -> Iterator[str]:
    ngettext = _ngettext()
    if match.name_differs or match.born_differs:
        yield say(ANOTHER_SPELLING)
    elif match.people:
        yield say(SOMEBODY_ELSE)
    if summary.medium in ADVICE:
        yield say(ADVICE[summary.medium])
    if match.too_old:
        yield say(NEWER, day=services().languages.format_date(language(), match.too_old))
    if summary.missing and summary.files:
        text = ngettext(
            "%(count)s file on the list of the disc is not here. Please send the whole disc.",
            "%(count)s files on the list of the disc are not here. Please send the whole disc.", summary.missing,
        )  # fmt: skip
        yield text % {"count": _number(summary.missing)}
    if summary.unreadable and summary.medium != "unreadable":
        text = ngettext(
            "%(count)s scan file could not be read. If you can, copy the disc once more.",
            "%(count)s scan files could not be read. If you can, copy the disc once more.", summary.unreadable,
        )  # fmt: skip
        yield text % {"count": _number(summary.unreadable)}
    if not summary.whole:
        yield say(NOT_ALL)


def _one_after_the_other(parts: list[str]) -> str:
    """Parts with commas between them: "2 studies, 1,834 images, CT and MRI"."""
    first, *more = parts
    for part in more:
        first = say(N_("%(first)s, %(more)s"), first=first, more=part)
    return first


def _listed(names: list[str]) -> str:
    return services().languages.listed(language(), names)


def _number(count: int) -> str:
    return services().languages.format_number(language(), count)


def _ngettext() -> Callable[[str, str, int], str]:
    return services().languages.ngettext(language())
