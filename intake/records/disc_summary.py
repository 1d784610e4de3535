"""What a disc holds, in short: people, studies, series, and what else lies there. To and from plain JSON.

Bounded: at most PEOPLE_TOLD people, STUDIES_TOLD studies and SERIES_TOLD series are told, the rest is counted; every
text is short. A usual disc takes 5 KB, one that fills all of it with the widest signs half a megabyte. Health data:
kept sealed with the case, never in a letter, a line of output or an address.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

PEOPLE_TOLD = 20
STUDIES_TOLD = 60
SERIES_TOLD = 200
MODALITIES_TOLD = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named on the disc. `name` keeps the carets of DICOM; `garbled` says that its letters are a guess."""

    name: str
    patient_id: str
    born: date | None
    garbled: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One series. `images` counts every frame; `files` counts files, whatever they hold."""

    uid: str
    modality: str
    body_part: str
    description: str
    images: int
    files: int


@dataclass(frozen=True, slots=True)
class Study:
    """One study. `person` is a place in the list of people, -1 for nobody or somebody untold. Counts are whole, also
    where not every series is told."""

    uid: str
    person: int
    day: date | None
    description: str
    modalities: tuple[str, ...]
    body_parts: tuple[str, ...]
    series_count: int
    images: int
    files: int
    series: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class DiscSummary:
    """The whole disc.

    Of what is DICOM: `people_count`, `study_count`, `series_count`, `images` (frames), `files`, `captures` (images that
    are secondary captures), `modalities` of images, `kinds` (files by kind), `copies` (the same file once more, not
    counted again), `unreadable` (DICOM by its mark, and no more can be read), `doubtful` (files that claim more frames
    than they have room for, counted as one). Of the rest: `pictures` (JPEG, PNG, TIFF, HEIC), `programs`, `others`.
    Of indexes (DICOMDIR): `indexes`, `listed` files, and how many of those are `missing`. `whole` is False if there
    was more than we look at.
    """

    people: tuple[Person, ...] = ()
    people_count: int = 0
    studies: tuple[Study, ...] = ()
    study_count: int = 0
    series_count: int = 0
    images: int = 0
    files: int = 0
    captures: int = 0
    modalities: tuple[str, ...] = ()
    kinds: dict[str, int] = field(default_factory=dict)
    copies: int = 0
    unreadable: int = 0
    doubtful: int = 0
    pictures: int = 0
    programs: int = 0
    others: int = 0
    indexes: int = 0
    listed: int = 0
    missing: int = 0
    whole: bool = True

    @property
    def medium(self) -> str:
        """What it is: "dicom" images, "captures" alone, DICOM without images ("no_images"), "unreadable" DICOM,
        ordinary "pictures", the "index" of a disc without its files, a "program" without images, or "other"."""
        if self.images:
            return "captures" if self.captures == self.kinds.get("image", 0) else "dicom"
        if self.files:
            return "no_images"
        found = {"unreadable": self.unreadable, "pictures": self.pictures, "index": self.indexes}
        return next((name for name, count in found.items() if count), "program" if self.programs else "other")

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold; days as "2026-03-10"."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "DiscSummary":
        """The summary that `as_json` wrote. Raises TypeError, KeyError or ValueError for anything else."""
        people = tuple(Person(**(each | {"born": _day(each["born"])})) for each in value["people"])
        studies = tuple(_study(each) for each in value["studies"])
        told = {"people": people, "studies": studies, "modalities": tuple(value["modalities"])}
        return cls(**(value | told | {"kinds": dict(value["kinds"])}))


def _study(value: dict[str, Any]) -> Study:
    told: dict[str, Any] = {"day": _day(value["day"]), "series": tuple(Series(**each) for each in value["series"])}
    told |= {name: tuple(value[name]) for name in ("modalities", "body_parts")}
    return Study(**(value | told))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
