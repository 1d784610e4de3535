"""What the operator says in further languages: small files beside the operator file, such as operator.es.toml.

Each holds the same entries in its language, as many or as few as somebody has translated; the rest is kept from the
operator file. Numbers are in that file alone, so that no two languages can ever promise different ones.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMED = re.compile(r"([a-z]{2,3})\.toml")


def word_files(operator_file: Path) -> Iterator[tuple[str, Path]]:
    """The language and the path of each file of words beside the operator file, in order of language."""
    stem = f"{operator_file.stem}."
    for path in sorted(operator_file.parent.glob(f"{stem}*.toml")):
        named = NAMED.fullmatch(path.name.removeprefix(stem))
        if named:
            yield named[1], path


def with_words(table: Any, words: Any, faults: list[str], name: str = "") -> Any:
    """The operator's table with the words of one language in their places; what does not fit goes to `faults`."""
    if isinstance(table, dict) and isinstance(words, dict):
        return table | {
            key: with_words(table.get(key), said, faults, f"{name}.{key}".lstrip(".")) for key, said in words.items()
        }
    if isinstance(table, list) and isinstance(words, list):
        if len(table) != len(words):
            faults.append(f"{name}: must hold {len(table)} entries, as many as in the operator file")
            return table
        pairs = enumerate(zip(table, words, strict=True), start=1)
        return [with_words(each, said, faults, f"{name}[{number}]") for number, (each, said) in pairs]
    if isinstance(table, str) and isinstance(words, str) and bool(table) == bool(words):
        return words
    faults.append(f"{name}: is not an entry of the operator file that can be said in another language")
    return table
