"""One mapping of our YAML, read key by key; knows where it stands, so that every fault names its place."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import yaml

from intake.errors import KnowledgeBroken

Made = TypeVar("Made")


class Entry:
    """One mapping of the YAML, which knows where it stands and which of its keys were read."""

    def __init__(self, file: str, place: str, content: object) -> None:
        self.file = file
        self.place = place
        if not isinstance(content, dict):
            raise self.broken("must be a mapping")
        self.left = dict(content)

    @classmethod
    def from_file(cls, path: Path) -> "Entry":
        """The whole file as one mapping. Raises KnowledgeBroken."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError:
            raise KnowledgeBroken(path.name, "the file", "cannot be read") from None
        except (yaml.YAMLError, ValueError) as wrong:
            raise KnowledgeBroken(path.name, "the file", f"is not YAML in UTF-8: {wrong}") from None
        return cls(path.name, "the file", content)

    def broken(self, fault: str) -> KnowledgeBroken:
        """The error to raise, with file and place filled in."""
        return KnowledgeBroken(self.file, self.place, fault)

    def take(self, key: str) -> Any:
        """What stands under `key`, whatever it is. Raises KnowledgeBroken if it is missing."""
        if key not in self.left:
            raise self.broken(f"{key} is missing")
        return self.left.pop(key)

    def text(self, key: str, *, may_be_blank: bool = False, like: str = ".+") -> str:
        """Text that fits the pattern `like` wholly. Raises KnowledgeBroken."""
        value = self.take(key)
        if not isinstance(value, str):
            raise self.broken(f"{key} must be text")
        value = value.strip()
        if not value and may_be_blank:
            return ""
        if not re.fullmatch(like, value):
            raise self.broken(f"{key} is blank" if not value else f"{key} is not written as it must be")
        return value

    def number(self, key: str) -> int | None:
        """A whole number above 0, or None where null is written. Raises KnowledgeBroken."""
        value = self.take(key)
        if value is not None and (type(value) is not int or value < 1):
            raise self.broken(f"{key} must be a whole number above 0, or null")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when the key is absent. Raises KnowledgeBroken."""
        value = self.left.pop(key, False)
        if not isinstance(value, bool):
            raise self.broken(f"{key} must be true or false")
        return value

    def texts(self, key: str, like: str = ".+") -> tuple[str, ...]:
        """A list, not empty, of texts that fit `like`. Raises KnowledgeBroken."""
        values = self.take(key)
        if not isinstance(values, list) or not values:
            raise self.broken(f"{key} must be a list that is not empty")
        for value in values:
            if not isinstance(value, str) or not re.fullmatch(like, value):
                raise self.broken(f"{key} holds something that is not written as it must be: {value!r}")
        return tuple(values)

    def part(self, key: str) -> "Entry":
        """The mapping under `key`. Raises KnowledgeBroken."""
        return Entry(self.file, f"{self.place} > {key}", self.take(key))

    def each(self, key: str, read: Callable[["Entry"], Made]) -> tuple[Made, ...]:
        """One thing made from each mapping in the list under `key`; every key of it must have been read."""
        values = self.take(key)
        if not isinstance(values, list):
            raise self.broken(f"{key} must be a list")
        made = []
        for number, value in enumerate(values, start=1):
            name = value.get("id", number) if isinstance(value, dict) else number
            entry = Entry(self.file, f"{key} > {name}", value)
            made.append(read(entry))
            entry.done()
        return tuple(made)

    def keyed(self, key: str, like: str, read: Callable[[str, "Entry"], Made]) -> tuple[Made, ...]:
        """One thing made from each mapping in the mapping under `key`, whose keys must fit `like`, such as codes."""
        values = self.part(key).left
        made = []
        for name, value in values.items():
            if not isinstance(name, str) or not re.fullmatch(like, name):
                raise self.broken(f"{key} holds a key that is not written as it must be: {name!r}")
            entry = Entry(self.file, f"{key} > {name}", value)
            made.append(read(name, entry))
            entry.done()
        return tuple(made)

    def done(self) -> None:
        """Raises KnowledgeBroken if a key was written that nobody has read, such as one misspelt."""
        if self.left:
            raise self.broken(f"{', '.join(map(str, self.left))}: not a key we know")
