"""The Markdown for the site: the same every time, one bullet an entry, sources at the end."""

import re
from pathlib import Path

import pytest

from intake.knowledge.includes import GENERATED, write_includes
from intake.knowledge.reader import read_knowledge

NAMES = [
    "asking-for-records",
    "checklist-all",
    "checklist-bones-spine",
    "checklist-brain-nerves",
    "checklist-cancer",
    "checklist-heart",
    "checklist-other",
    "checklist-rare-undiagnosed",
    "emergency-numbers",
    "emergency-signs",
    "reasons",
    "record-rights",
    "records-advice",
    "registers",
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("site") / "en" / "includes"
    return {path.stem: path.read_text(encoding="utf-8") for path in write_includes(read_knowledge(), folder)}


def test_every_snippet_is_written_and_says_that_it_is_generated(written: dict[str, str]) -> None:
    assert list(written) == NAMES
    for text in written.values():
        assert text.startswith(f"{GENERATED}\n\n") and text.endswith("\n") and not text.endswith("\n\n")


def test_writing_twice_gives_the_same_bytes_and_touches_nothing(tmp_path: Path) -> None:
    def state() -> dict[Path, tuple[bytes, int]]:
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}

    paths = write_includes(read_knowledge(), tmp_path)
    before = state()
    assert write_includes(read_knowledge(), tmp_path) == paths
    assert state() == before


def test_only_a_file_that_was_changed_is_written_again(tmp_path: Path) -> None:
    paths = write_includes(read_knowledge(), tmp_path)
    whole = paths[0].read_bytes()
    paths[0].write_text("somebody edited this", encoding="utf-8")
    others = {path: path.stat().st_mtime_ns for path in paths[1:]}
    write_includes(read_knowledge(), tmp_path)
    assert paths[0].read_bytes() == whole
    assert {path: path.stat().st_mtime_ns for path in paths[1:]} == others


def test_checklists_are_plain_bullets_with_a_bold_title_and_a_hint(written: dict[str, str]) -> None:
    knowledge = read_knowledge()
    lists = {"all": knowledge.every_case, **{each.id: each.items for each in knowledge.specialties}}
    for name, items in lists.items():
        bullets = re.findall(r"^- \*\*(.+?)\*\*: (.+)$", written[f"checklist-{name}"], re.MULTILINE)
        assert [title for title, _ in bullets] == [item.title for item in items]
        assert all(hint.startswith(item.hint) for (_, hint), item in zip(bullets, items, strict=True))
        assert "[ ]" not in written[f"checklist-{name}"]


def test_our_own_suggestions_are_marked_and_only_they(written: dict[str, str]) -> None:
    knowledge = read_knowledge()
    for specialty in knowledge.specialties:
        for item in specialty.items:
            lines = written[f"checklist-{specialty.id}"].splitlines()
            line = next(line for line in lines if item.title in line)
            assert line.endswith("(our suggestion)") == item.ours


def test_a_specialty_without_records_of_its_own_says_so(written: dict[str, str]) -> None:
    assert read_knowledge().nothing_more in written["checklist-other"]


def test_each_emergency_sign_stands_under_what_to_do_about_it(written: dict[str, str]) -> None:
    emergency = read_knowledge().emergency
    text = written["emergency-signs"]
    assert emergency.rule in text and emergency.not_complete in text
    for sign in emergency.signs:
        heading = re.findall(r"\*\*(.+?)\*\*", text[: text.index(sign.text)])[-1]
        assert heading == emergency.instructions[sign.urgency]


def test_each_emergency_number_can_be_tapped(written: dict[str, str]) -> None:
    emergency = read_knowledge().emergency
    for entry in emergency.numbers:
        assert f"**{entry.area}**: [**{entry.number}**](tel:{entry.number})" in written["emergency-numbers"]
    assert emergency.find_number in written["emergency-numbers"]


def test_every_right_to_records_shows_when_and_where_it_was_found(written: dict[str, str]) -> None:
    knowledge = read_knowledge()
    text = written["record-rights"]
    assert text.count("checked on November 2026.") == len(knowledge.record_rights)
    for right in knowledge.record_rights:
        assert all(words in text for words in (right.right, right.deadline, right.fee, right.rule))
        assert all(place in text for place in right.source.places)
    assert knowledge.record_caution in text and knowledge.no_record_rule in text


def test_what_was_only_quoted_by_others_is_set_apart(written: dict[str, str]) -> None:
    assert "Seen second-hand: droracle.ai." in written["emergency-numbers"]
    assert "Sources: cancerfax.com" in written["checklist-cancer"]
    assert "second-hand" not in written["checklist-cancer"]


def test_a_title_that_asks_is_not_followed_by_a_colon(written: dict[str, str]) -> None:
    assert "- **Is the diagnosis right?** Above all" in written["reasons"]


def test_a_list_is_one_list_and_begins_after_a_blank_line(written: dict[str, str]) -> None:
    for text in written.values():
        lines = text.splitlines()
        for before, line in zip(lines, lines[1:], strict=False):
            assert not line.startswith("- ") or not before or before.startswith("- ")
