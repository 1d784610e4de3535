"""Answers that an older form kept, in the shape of today. Every draft and case is read through here.

Nothing is lost and nothing is asked again because a page was divided. Doing it twice is harmless.
"""

from collections.abc import Mapping
from typing import Any

# Until form 2026-11 these stood on the page "asking".
MOVED_TO_PERMISSION = ("permission", "knows", "knows_diagnosis")
TYPED = "_typed"  # what was typed and is not valid yet, by page, beside the answers


def as_today(answers: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The answers by the pages of today; those that are so already come back as they are."""
    asking, typed = answers.get("asking", {}), answers.get(TYPED, {})
    today = answers
    if "permission" not in answers and MOVED_TO_PERMISSION[0] in asking:
        kept, moved = _divided(asking)
        today = today | {"asking": kept, "permission": moved | {"whom": answers.get("who", {}).get("who")}}
    if (parts := _divided(typed.get("asking", {})))[1]:
        divided = {step: words for step, words in zip(("asking", "permission"), parts, strict=True) if words}
        rest = {step: words for step, words in typed.items() if step != "asking"}
        today = today | {TYPED: divided | rest}
    return today


def _divided(page: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stays on the page, and what moved away from it."""
    moved = {name: value for name, value in page.items() if name in MOVED_TO_PERMISSION}
    return {name: value for name, value in page.items() if name not in moved}, moved
