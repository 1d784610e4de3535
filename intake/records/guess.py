"""What a record may be, guessed from its name, its kind, and what its disc says. Always shown to be checked.

Names are read in English, Spanish and Arabic, whatever their accents, marks and order. A name that tells nothing, such
as that of a photo from a telephone, gives no guess: none is better than a wrong one that is waved through.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from intake.records.described import NO_WORDS, Described, Translation
from intake.records.names import stem_of

SCAN_FILES, SCAN_REPORTS, LETTERS = "scan-files", "scan-reports", "clinic-letters"
# A photo of a screen, of a report, or of something else: only who took it knows.
PICTURES = frozenset({"jpeg", "heic", "png", "tiff"})

# The beginnings of words by which an item is known, by language; "" is read everywhere. Earlier rows win: what is
# special stands before what is general. A word of up to three letters must stand alone.
WORDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("pathology-slides", {"en": "slides", "es": "laminas", "ar": "شرايح"}),
    ("tissue-blocks", {"en": "paraffin", "es": "parafina"}),
    ("molecular-reports", {"": "ihc fish ngs brca molecular genomic", "es": "genomic inmunohisto", "ar": "جزييي"}),
    ("genetic-reports", {"en": "genetic exome", "es": "genetic exoma", "ar": "جيني وراثي"}),
    ("pathology-report", {"en": "patholog biopsy histolog cytolog", "es": "patolog biopsia histolog citolog",
                          "ar": "خزعه باثولوج نسيجي"}),
    ("discharge-notes", {"en": "discharge", "es": "alta epicrisis egreso", "ar": "خروج"}),
    ("radiotherapy-plan", {"en": "radiotherap dosimetr", "es": "radioterap dosimetri", "ar": "اشعاعي"}),
    ("tumour-board", {"en": "tumour tumor mdt", "es": "comite", "ar": "لجنه"}),
    ("operation-notes", {"en": "operation operative surger surgical", "es": "operacion operatori quirurgic cirugia",
                         "ar": "عمليه جراح"}),
    ("cancer-treatments", {"en": "chemo", "es": "quimio", "ar": "كيماوي كيميايي"}),
    ("ecg", {"": "ecg ekg", "en": "electrocardiogram", "es": "electrocardiograma", "ar": "تخطيط"}),
    ("heart-ultrasound", {"": "echocardio", "en": "echo", "es": "ecocardio", "ar": "ايكو"}),
    ("angiogram", {"en": "angiogram catheter", "es": "coronariografia cateterismo", "ar": "قسطره"}),
    ("stress-test", {"en": "stress treadmill", "es": "ergometria esfuerzo"}),
    ("rhythm-monitor", {"": "holter"}),
    ("eeg", {"": "eeg"}),
    ("emg", {"": "emg", "en": "electromyo", "es": "electromio"}),
    ("lab-results", {"en": "lab labs laboratory blood cbc", "es": "laboratorio analitica analisis hemograma sangre",
                     "ar": "تحليل تحاليل مختبر"}),
    (SCAN_REPORTS, {"": "mri pet xray angio", "en": "ct mr scan ultrasound radiolog mammogra",
                    "es": "rm rmn rx tac tc resonancia tomografi radiograf ecografi mamografi",
                    "ar": "اشعه رنين مقطعي مقطعيه سونار"}),
    ("growth", {"en": "growth", "es": "crecimiento", "ar": "نمو"}),
    ("referral-letter", {"en": "referral", "es": "derivacion", "ar": "احاله"}),
    ("allergies-illnesses", {"en": "allerg", "es": "alergi", "ar": "حساسيه"}),
    ("medicines-tried", {"en": "tried", "es": "probados"}),
    ("medicines", {"en": "medicine medication prescription", "es": "medicamento medicacion receta",
                   "ar": "ادويه وصفه"}),
    ("diagnosis-letter", {"en": "diagnos", "es": "diagnostic", "ar": "تشخيص"}),
    ("treatment-plan", {"en": "treatment", "es": "tratamiento", "ar": "علاج"}),
    ("timeline", {"en": "timeline chronolog", "es": "cronolog", "ar": "زمني"}),
    (LETTERS, {"en": "letter clinic consultation", "es": "informe carta consulta", "ar": "تقرير رساله عياده"}),
)  # fmt: skip
# Scans of a part of the body that a list asks for by itself, beside the scan files.
PARTS: tuple[tuple[str, str], ...] = (
    ("brain-scans", "brain head cranial neuro cerebr craneo craneal encefal دماغ راس"),
    ("bone-scans", "spine lumbar cervical knee hip shoulder bone joint columna rodilla cadera hombro hueso "
                   "عمود ركبه ورك عظم"),
    ("vessel-scans", "angio carotid doppler aorta شرايين"),
    ("staging-scans", "pet staging estadificacion"),
)  # fmt: skip
DISC_PARTS = {
    "brain-scans": ("BRAIN", "HEAD", "SKULL"),
    "bone-scans": ("SPINE", "KNEE", "HIP", "SHOULDER", "EXTREMITY"),
}
TRANSLATED = ("translat", "traduc", "ترجم", "مترجم")
LANGUAGE_MARKS = {
    "en": ("en", "eng", "english", "ingles", "انجليزي", "الانجليزيه"),
    "es": ("es", "esp", "spanish", "espanol", "castellano"),
    "ar": ("ar", "arabic", "arabe", "عربي", "العربيه"),
}
# Names that a telephone or a scanner gives: they tell nothing, and their day is that of the picture.
BY_DEVICE = re.compile(
    r"^(img|pxl|dscn?|dscf|mvimg|screenshot|scan|escaneado|document|whatsapp image|photo|foto|image)?"
    r"[\W_\d]*( at [\d.]+)?$"
)
DAY_FIRST_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)")
DAY_LAST_YEAR = re.compile(r"(?<!\d)(\d\d?)[-_. ](\d\d?)[-_. ](19\d\d|20\d\d)(?!\d)")
MONTH_OF_YEAR = re.compile(r"(?<!\d)(19\d\d|20\d\d)[-_.](0[1-9]|1[0-2])(?!\d)")
YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)")
HARAKAT = re.compile("[\u064b-\u065f\u0670\u0640]")
ALIKE = str.maketrans("أإآٱىةؤئ", "اااايهوي")


@dataclass(frozen=True, slots=True)
class File:
    """What a guess is made from. `scans` says that an archive holds scan images; `disc` is the summary of its disc."""

    name: str
    kind: str | None = None
    scans: bool = False
    disc: Mapping[str, object] | None = None


def guess(file: File, offered: Collection[str], others: Mapping[str, str], today: date) -> Described:
    """What a file may be, out of the items offered. `others` are the names of the other files, by upload.

    Language and translation are guessed beside it, so that one press takes all of it. Empty where nothing tells.
    """
    words = [] if _by_device(file.name) else words_of(file.name)
    items, language = _items(file, words, offered)
    translated = _is_translation(words)
    beside = original_of(file.name, others)
    dated = guess_date(file, today)
    if language == NO_WORDS:
        return Described(items, dated, language, Translation.NOT_NEEDED.value)
    if translated or beside:  # its words may still be those of the original
        return Described(items, dated, _marked(words), Translation.IS_ONE.value, beside=beside)
    language = _marked(words) or language
    return Described(items, dated, language, Translation.NOT_NEEDED.value if language == "en" else "")


def words_of(name: str) -> list[str]:
    """The words of a file's name, without ending, accents, marks and case; Arabic letters that are often mixed up
    become one."""
    text = re.sub(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])", " ", stem_of(name))
    text = unicodedata.normalize("NFD", HARAKAT.sub("", unicodedata.normalize("NFKC", text)).translate(ALIKE))
    plain = "".join(sign for sign in text if not unicodedata.combining(sign)).casefold()
    return [_without_article(word) for word in re.findall(r"[^\W\d_]+", plain.replace("x-ray", "xray"))]


def guess_date(file: File, today: date) -> str:
    """The date of a record as ISO 8601, as exact as it is known: the newest on its disc, else the one in its name."""
    if newest := newest_on_disc(file.disc):
        return newest
    found = "" if _by_device(file.name) else _date_in(stem_of(file.name))
    return found if found and found <= today.isoformat() else ""


def newest_on_disc(disc: Mapping[str, object] | None) -> str:
    """The day of the newest study on a disc, as ISO 8601; "" if it tells none."""
    told = [each.get("day") for each in _studies(disc)]
    return max((day for each in told if isinstance(each, str) and (day := _whole_day(each))), default="")


def original_of(name: str, others: Mapping[str, str]) -> str:
    """The upload whose name is the same but for words such as "translation" or "EN"; "" if there is not just one."""
    words = words_of(name)
    bare = _bare(words)
    if bare == words or not bare:
        return ""
    same = [each for each, other in others.items() if words_of(other) != words and _bare(words_of(other)) == bare
            and not _is_translation(words_of(other))]  # fmt: skip
    return same[0] if len(same) == 1 else ""


def _items(file: File, words: list[str], offered: Collection[str]) -> tuple[tuple[str, ...], str]:
    parts = [item for item, starts in PARTS if item in offered and _any_begins(words, starts.split())]
    parts += [item for item in DISC_PARTS if item in offered and item not in parts and _on_disc(file.disc, item)]
    images = (tuple(item for item in (SCAN_FILES, *parts) if item in offered), NO_WORDS)
    if file.kind == "dicom" or file.scans or (file.disc or {}).get("images"):
        return images
    for item, told in WORDS:
        languages = [code for code, starts in told.items() if _any_begins(words, starts.split())]
        if not languages or item not in offered:
            continue
        if item == SCAN_REPORTS and (file.kind == "zip" or file.name.lower().endswith(".zip")):
            return images
        if item == SCAN_REPORTS and file.kind in PICTURES:
            return (), ""
        return (item,), _language(words, languages)
    return (), _language(words, [])


def _marked(words: list[str]) -> str:
    """The language that a name says it is in, as in "report English" or "report-EN"; short marks count at the end."""
    marked = {code: set(words) & {mark for mark in marks if len(mark) > 3} for code, marks in LANGUAGE_MARKS.items()}
    last = {code: set(words[1:][-1:]) & set(marks) for code, marks in LANGUAGE_MARKS.items()}
    return next((code for told in (marked, last) for code, found in told.items() if found), "")


def _by_device(name: str) -> bool:
    return BY_DEVICE.match(stem_of(name).casefold()) is not None


def _language(words: list[str], told_in: list[str]) -> str:
    """The language that the words speak: Arabic letters tell by themselves, else the only one that was matched."""
    if any("\u0600" <= sign <= "\u06ff" for word in words for sign in word):
        return "ar"
    heard = {code for _, told in WORDS for code, starts in told.items() if code and _any_begins(words, starts.split())}
    spoken = heard if len(heard) == 1 else {code for code in told_in if code}
    return next(iter(spoken)) if len(spoken) == 1 else ""


def _any_begins(words: list[str], starts: list[str]) -> bool:
    return any(word == start or (len(start) > 3 and word.startswith(start)) for word in words for start in starts)


def _is_translation(words: list[str]) -> bool:
    return any(word.startswith(TRANSLATED) for word in words)


def _bare(words: list[str]) -> list[str]:
    marks = {mark for each in LANGUAGE_MARKS.values() for mark in each} | {"to", "into", "of", "al", "de", "del", "la"}
    return [word for word in words if word not in marks and not word.startswith(TRANSLATED)]


def _without_article(word: str) -> str:
    return word[2:] if word.startswith(("ال", "لل")) and len(word) > 4 else word


def _on_disc(disc: Mapping[str, object] | None, item: str) -> bool:
    told = " ".join(f"{each.get('body_parts')} {each.get('description')}" for each in _studies(disc)).upper()
    return any(part in told for part in DISC_PARTS[item])


def _studies(disc: Mapping[str, object] | None) -> list[Mapping[str, object]]:
    studies = (disc or {}).get("studies")
    return [each for each in studies if isinstance(each, Mapping)] if isinstance(studies, list) else []


def _date_in(name: str) -> str:
    if found := DAY_FIRST_YEAR.search(name):
        return _whole_day("-".join(found.groups()))
    if found := DAY_LAST_YEAR.search(name):
        first, second, year = (int(each) for each in found.groups())
        if (first > 12) != (second > 12):  # else nobody knows which of them is the month
            day, month = max(first, second), min(first, second)
            return _whole_day(f"{year:04d}-{month:02d}-{day:02d}")
        return str(year)
    if found := MONTH_OF_YEAR.search(name):
        return "-".join(found.groups())
    found = YEAR.search(name)
    return found[0] if found else ""


def _whole_day(text: str) -> str:
    digits = text.replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat() if len(digits) == 8 else ""
    except ValueError:
        return ""
