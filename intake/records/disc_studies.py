"""The studies and series of a disc while it is read: the first of them whole, the rest counted."""

from dataclasses import dataclass, field
from datetime import date

from intake.records.dicom_header import Header
from intake.records.disc_summary import SERIES_TOLD, STUDIES_TOLD, Series, Study

WORDS_MOST = 6  # modalities and body parts told of one study


@dataclass(slots=True)
class _Series:
    uid: str
    modality: str
    body_part: str
    description: str
    images: int = 0
    files: int = 0


@dataclass(slots=True)
class _Study:
    uid: str
    person: int
    day: date | None
    description: str
    modalities: dict[str, None] = field(default_factory=dict)
    body_parts: dict[str, None] = field(default_factory=dict)
    series: dict[str, _Series] = field(default_factory=dict)
    untold: set[int] = field(default_factory=set)
    images: int = 0
    files: int = 0


class Studies:
    """Studies as they turn up. One study of two people is two studies."""

    def __init__(self) -> None:
        self._studies: dict[tuple[int, str], _Study] = {}
        self._untold: set[int] = set()
        self._untold_series: set[int] = set()
        self._series_told = 0

    def add(self, header: Header, person: int, images: int) -> None:
        """Count one file where it belongs. A file without a study belongs to the day on which it was made."""
        key = (person, header.study or f"made on {header.day}")
        series_key = header.series or f"of kind {header.modality}"
        study = self._studies.get(key)
        if study is None:
            if len(self._studies) >= STUDIES_TOLD:
                self._untold.add(hash(key))
                self._untold_series.add(hash((*key, series_key)))
                return
            study = self._studies[key] = _Study(header.study, person, header.day, header.study_description)
        study.day = study.day or header.day
        study.description = study.description or header.study_description
        study.images += images
        study.files += 1
        _note(study.modalities, header.modality)
        _note(study.body_parts, header.body_part)
        self._add_series(study, series_key, header, images)

    def _add_series(self, study: _Study, key: str, header: Header, images: int) -> None:
        series = study.series.get(key)
        if series is None:
            if self._series_told >= SERIES_TOLD:
                study.untold.add(hash(key))
                return
            self._series_told += 1
            made = _Series(header.series, header.modality, header.body_part, header.series_description)
            series = study.series[key] = made
        series.body_part = series.body_part or header.body_part
        series.images += images
        series.files += 1

    @property
    def count(self) -> int:
        """How many studies."""
        return len(self._studies) + len(self._untold)

    @property
    def series_count(self) -> int:
        """How many series in all of them."""
        told = sum(len(study.series) + len(study.untold) for study in self._studies.values())
        return told + len(self._untold_series)

    def told(self) -> tuple[Study, ...]:
        """What is told of them, newest first; studies without a day last."""
        studies = sorted(self._studies.values(), key=lambda study: study.day or date.min, reverse=True)
        return tuple(_told(study) for study in studies)


def _note(words: dict[str, None], word: str) -> None:
    if word and len(words) < WORDS_MOST:
        words.setdefault(word)


def _told(study: _Study) -> Study:
    return Study(
        study.uid, study.person, study.day, study.description, tuple(study.modalities), tuple(study.body_parts),
        len(study.series) + len(study.untold), study.images, study.files,
        tuple(
            Series(each.uid, each.modality, each.body_part, each.description, each.images, each.files)
            for each in study.series.values()
        ),
    )  # fmt: skip
