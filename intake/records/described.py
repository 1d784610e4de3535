"""What the sender says of a record: its places on the checklist, its date, its language, and its translation.

Sealed as one JSON value beside the upload. Entries that this page does not know belong to others and stay as they are.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from intake import journal
from intake.db import Tx
from intake.errors import UploadNotFound
from intake.journal import Event
from intake.keys import context, open_json, seal_json
from intake.records import store
from intake.records.upload import SENDER, Upload

# Answers beside the items of a checklist: it is something else; nobody here knows.
SOMETHING_ELSE, UNKNOWN = "something-else", "unknown"
# ISO 639-2: no linguistic content, as in images.
NO_WORDS, OTHER_LANGUAGE = "zxx", "other"


class Translation(StrEnum):
    """Whether a record needs a translation, or is one; "" while nobody said."""

    NOT_NEEDED = "not-needed"
    NEEDED = "needed"
    IS_ONE = "is-one"
    UNKNOWN = "unknown"


# Who translates, or translated: the person who sends it, a translator, we, or nobody knows.
TRANSLATORS = ("me", "translator", "service", UNKNOWN)
CERTIFIED = ("yes", "no", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Described:
    """What was said. Empty means not said.

    `items` are ids of the checklist, SOMETHING_ELSE or UNKNOWN; `dated` is ISO 8601, as exact as it is known ("2024",
    "2024-03"); `language` is ISO 639, NO_WORDS, OTHER_LANGUAGE or UNKNOWN; `beside` is the upload that it translates.
    """

    items: tuple[str, ...] = ()
    dated: str = ""
    language: str = ""
    translation: str = ""
    by: str = ""
    certified: str = ""
    beside: str = ""

    @property
    def said(self) -> bool:
        """Whether it was said what this is, if only that nobody knows."""
        return bool(self.items)


NAMES = tuple(each.name for each in fields(Described))


def open_described(key: bytes, upload: Upload) -> Described:
    """What was said of an upload; nothing said is empty. Raises SealBroken."""
    held = _open(key, upload)
    known = {name: held[name] for name in NAMES if name in held}
    return Described(**known | {"items": tuple(known.get("items", ()))})


def place_in_set(key: bytes, upload: Upload) -> tuple[str, int]:
    """The record of several photos that an upload is a page of, and which page; ("", 0) for one that stands alone."""
    held = _open(key, upload)
    return (str(held["set"]), int(held.get("page", 0))) if held.get("set") else ("", 0)


def describe(tx: Tx, key: bytes, upload_id: str, said: Described, now: datetime, by: str = SENDER) -> None:
    """Keep what is said of an upload, in place of what was said before. Raises UploadNotFound, also for one that is
    gone. It counts as a sign of whoever sends; `by` is who says it, in the journal.
    """
    upload = store.get(tx, upload_id, to_change=True)
    if upload.gone:
        raise UploadNotFound
    value = _open(key, upload) | asdict(said) | {"items": list(said.items)}
    sealed = seal_json(key, value, context("uploads", upload.id, "described"))
    store.change(tx, upload.id, described=sealed, touched_at=now)
    journal.write(tx, Event.RECORD_DESCRIBED, now, actor=by, subject=upload.case_id, upload=upload.id)


def _open(key: bytes, upload: Upload) -> dict[str, Any]:
    if upload.described is None:
        return {}
    value = open_json(key, upload.described, context("uploads", upload.id, "described"))
    if not isinstance(value, dict):
        raise TypeError("sealed with something else than named values")
    return value
