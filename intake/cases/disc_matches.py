"""What a disc says, beside what the form says: is it the same person, is it fresh enough, which record is it?

Gentle by design: a difference is something to check, never a reason to refuse. What cannot be judged is not said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from intake.knowledge.facts import Knowledge
from intake.records.disc_summary import DiscSummary, Person
from intake.records.person_names import may_be_same

# Years in which no living person of our calendar was born: another calendar, or a slip of the machine.
FIRST_BIRTH_YEAR = 1880
BUDDHIST_YEARS = 543  # machines in Thailand count so many years more

SCAN_FILES, SCAN_REPORTS, SLIDES = "scan-files", "scan-reports", "pathology-slides"
SLIDE_MODALITIES = frozenset({"SM", "GM"})
CROSS_SECTIONS = frozenset({"CT", "MR", "PT"})
X_RAYS = frozenset({"CR", "DX", "RG", "RF"})
ULTRASOUND = frozenset({"US", "IVUS"})
ANGIOGRAM = frozenset({"XA", "DSA"})
# Body parts as DICOM names them (PS3.16 annex L), where an item of a list is about a part of the body.
HEAD_PARTS = ("HEAD", "BRAIN", "SKULL", "NEURO", "NECK", "SPINE", "PITUITARY", "ORBIT")
VESSEL_PARTS = (
    "NECK", "CAROTID", "ABDOMEN", "AORTA", "LEG", "EXTREMITY", "PELVIS", "RENAL", "VESSEL", "ILIAC", "FEMORAL",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DiscMatch:
    """What to check. `people` is how many are on the disc if more than one, else 0. `too_old` is the day of the newest
    images if the list of the specialty asks for newer ones, else None. `item` is our guess which record it is, or "".
    """

    name_differs: bool = False
    born_differs: bool = False
    people: int = 0
    too_old: date | None = None
    item: str = ""

    @property
    def to_check(self) -> bool:
        """Whether somebody should look at whose images these are."""
        return self.name_differs or self.born_differs or self.people > 1


def match_disc(summary: DiscSummary, answers: Mapping[str, Any], knowledge: Knowledge, today: date) -> DiscMatch:
    """Compare a disc with the answers of its case. Nothing of the answers is taken over into what is said."""
    patient = answers.get("patient") or {}
    specialty = str((answers.get("condition") or {}).get("specialty") or "")
    names = [str(patient.get(field) or "") for field in ("full_name", "latin_name")]
    named = [_names_agree(person, names) for person in summary.people]
    # Whoever bears the name of the form is the one whose birth date counts.
    meant = [person for person, agrees in zip(summary.people, named, strict=True) if agrees] or list(summary.people)
    born = [_births_agree(person.born, _day(patient.get("born"))) for person in meant]
    item = checklist_guess(summary, specialty, knowledge)
    return DiscMatch(
        name_differs=_differs(named),
        born_differs=_differs(born),
        people=summary.people_count if summary.people_count > 1 else 0,
        too_old=_too_old(summary, _fresh_days(item, knowledge), today),
        item=item,
    )


def checklist_guess(summary: DiscSummary, specialty: str, knowledge: Knowledge) -> str:
    """The id of the item that a disc probably is, on the checklist of this specialty; "" where nothing fits.

    A guess from modality and body part alone, to be put right by whoever sent it. Ordinary pictures are no guess.
    """
    wanted = _guess(summary, specialty)
    try:
        items = {item.id for item in knowledge.checklist(specialty)}
    except KeyError:
        items = {item.id for item in knowledge.every_case}
    return next((item for item in wanted if item in items), "")


def _guess(summary: DiscSummary, specialty: str) -> tuple[str, ...]:
    """Items that fit, the best first."""
    modalities = set(summary.modalities)
    if not summary.images:
        return _without_images(summary)
    if modalities and modalities <= SLIDE_MODALITIES:
        return (SLIDES, SCAN_FILES)
    own = {"cancer": _cancer, "brain-nerves": _brain, "heart": _heart, "bones-spine": _bones}.get(specialty)
    return (own(modalities, _parts(summary)), SCAN_FILES) if own else (SCAN_FILES,)


def _without_images(summary: DiscSummary) -> tuple[str, ...]:
    kinds, modalities = summary.kinds, {each for study in summary.studies for each in study.modalities}
    if kinds.get("radiotherapy"):
        return ("radiotherapy-plan",)
    if kinds.get("tracing"):
        return tuple(item for code, item in (("EEG", "eeg"), ("EMG", "emg"), ("ECG", "ecg")) if code in modalities)
    return (SCAN_REPORTS,) if kinds.get("report") or kinds.get("paper") else ()


def _parts(summary: DiscSummary) -> tuple[str, ...]:
    return tuple({part for study in summary.studies for part in study.body_parts if study.images})


def _any_part(parts: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return any(name in part for part in parts for name in known)


def _cancer(modalities: set[str], parts: tuple[str, ...]) -> str:
    return "staging-scans" if modalities & CROSS_SECTIONS else SCAN_FILES


def _brain(modalities: set[str], parts: tuple[str, ...]) -> str:
    fits = modalities & {"CT", "MR"} and (not parts or _any_part(parts, HEAD_PARTS))
    return "brain-scans" if fits else SCAN_FILES


def _heart(modalities: set[str], parts: tuple[str, ...]) -> str:
    if modalities & ANGIOGRAM:
        return "angiogram"
    if _any_part(parts, VESSEL_PARTS) and modalities & (CROSS_SECTIONS | ULTRASOUND):
        return "vessel-scans"
    return "heart-ultrasound" if modalities & ULTRASOUND else SCAN_FILES


def _bones(modalities: set[str], parts: tuple[str, ...]) -> str:
    return "bone-scans" if modalities & (CROSS_SECTIONS | X_RAYS) else SCAN_FILES


def _names_agree(person: Person, names: list[str]) -> bool | None:
    """Whether the name on the disc may be one of the names of the form; None if nobody can tell."""
    judged = [may_be_same(person.name, name) for name in names if name]
    if any(judged):
        return True
    # Letters that were guessed can confirm a name, and cannot deny it.
    return None if person.garbled or None in judged or not judged else False


def _births_agree(found: date | None, said: date | None) -> bool | None:
    """Whether two birth dates are one; None if one is missing or of another calendar."""
    if found is None or said is None:
        return None
    if found == said or _moved(found, -BUDDHIST_YEARS) == said:
        return True
    if found.year < FIRST_BIRTH_YEAR or found.year - BUDDHIST_YEARS >= FIRST_BIRTH_YEAR:
        return None
    # Where only the year is known, machines write its first day.
    return found.year == said.year and (found.month, found.day) == (1, 1)


def _moved(day: date, years: int) -> date | None:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return None


def _differs(agree: list[bool | None]) -> bool:
    """Whether all that could be judged differs, and there was something to judge."""
    return bool(agree) and True not in agree and None not in agree


def _too_old(summary: DiscSummary, fresh_days: int | None, today: date) -> date | None:
    days = [study.day for study in summary.studies if study.images]
    known = [day for day in days if day is not None and day <= today]
    # A study without a day, or one that is not told, may be newer.
    if not fresh_days or not known or len(known) < len(days) or summary.study_count > len(summary.studies):
        return None
    newest = max(known)
    return newest if (today - newest).days > fresh_days else None


def _fresh_days(item: str, knowledge: Knowledge) -> int | None:
    fresh = knowledge.item(item).fresh if item else None
    return fresh.days if fresh else None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
