"""The Markdown for the site: the same every time, one bullet an entry, sources at the end."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from intake.knowledge.includes import GENERATED, snippets, stale, write_includes
from intake.knowledge.markdown import Markdown
from intake.knowledge.reader import read_knowledge

NAMES = [
    "accreditation",
    "asking-for-records",
    "checklist-all",
    "checklist-bones-spine",
    "checklist-brain-nerves",
    "checklist-cancer",
    "checklist-children",
    "checklist-heart",
    "checklist-other",
    "checklist-rare-undiagnosed",
    "countries",
    "emergency-numbers",
    "emergency-signs",
    "question-examples",
    "question-frame",
    "questions-for-the-reviewer",
    "questions-for-your-team",
    "reasons",
    "record-letters",
    "record-rights",
    "records-advice",
    "registers",
    "vague-answers",
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
    assert text.count("checked in November 2026.") == len(knowledge.record_rights)
    for right in knowledge.record_rights:
        assert all(words in text for words in (right.right, right.deadline, right.fee, right.rule))
        assert all(place in text for place in right.source.places)
    assert knowledge.record_caution in text and knowledge.no_record_rule in text


def test_what_was_only_quoted_by_others_is_set_apart(written: dict[str, str]) -> None:
    assert "Seen second-hand: droracle.ai (a commercial site)." in written["emergency-numbers"]
    assert "Sources: cancerfax.com" in written["checklist-cancer"]
    assert "second-hand" not in written["checklist-cancer"]


def test_a_title_that_asks_is_not_followed_by_a_colon(written: dict[str, str]) -> None:
    assert "- **Is the diagnosis right?** Above all" in written["reasons"]


def test_a_list_is_one_list_and_begins_after_a_blank_line(written: dict[str, str]) -> None:
    for text in written.values():
        lines = text.splitlines()
        for before, line in zip(lines, lines[1:], strict=False):
            assert not line.startswith("- ") or not before or before.startswith("- ")


def test_every_checklist_says_that_it_awaits_a_clinician(written: dict[str, str]) -> None:
    knowledge = read_knowledge()
    for name in ("all", *(each.id for each in knowledge.specialties if each.items)):
        assert knowledge.awaiting_clinical_review in written[f"checklist-{name}"]


def test_the_interest_of_a_source_stands_beside_it(written: dict[str, str]) -> None:
    for interest in read_knowledge().interests:
        for text in written.values():
            for line in re.findall(r"^(?:Sources|Seen|Our own).*$", text, re.MULTILINE):
                assert line.count(interest.place) == line.count(f"{interest.place} ({interest.interest})")
    assert "follow lists by: medinion.com (a company that sells second opinions)." in written["checklist-heart"]


def test_every_country_has_a_heading_a_link_and_three_facts(written: dict[str, str]) -> None:
    text = written["countries"]
    for each in read_knowledge().country_facts.places:
        anchor = f"country-{each.country.lower()}"
        assert f"[{each.name}](#{anchor})" in text
        section = text.partition(f"### {each.name} {{ #{anchor} }}\n")[2].partition("### ")[0]
        assert all(f"- **{fact}**: " in section for fact in ("Emergency number", "Your records", "Register of doctors"))


def test_a_country_that_we_know_nothing_of_says_so_three_times(written: dict[str, str]) -> None:
    section = written["countries"].partition("### Egypt ")[2].partition("### ")[0]
    assert section.count("We have not verified this yet. Ask ") == 3


def test_letters_stand_in_blocks_with_brackets_that_no_link_swallows(written: dict[str, str]) -> None:
    text = written["record-letters"]
    forms = read_knowledge().record_letters.forms
    assert text.count('<div class="record-letter" markdown="1">') == text.count("</div>") == len(forms)
    for block in re.findall(r"<div.*?</div>", text, re.DOTALL):
        assert "**Request for a copy of my medical records**" in block
        assert not re.search(r"(?<!\\)[\[\]]", block)
    for form in forms:
        assert f"{{ #letter-{form.id} }}" in text
    assert text.count("We know this rule only from a source that quotes it.") == 2  # Germany and India


def test_each_reason_has_its_examples_under_its_own_heading(written: dict[str, str]) -> None:
    text = written["question-examples"]
    assert text.count("- **Weak**: ") == text.count("- **Better**: ") == text.count("- **Why**: ")
    for reason in read_knowledge().reasons:
        assert f"### {reason.title} {{ #question-{reason.id} }}" in text


def backwards(text: str) -> str:
    """A stand-in for a translation: every word turned round, places left alone."""
    words = (word if "%(" in word else word[::-1] for word in text.split(" "))
    return " ".join(words)


def test_every_word_of_ours_goes_through_the_translation(written: dict[str, str]) -> None:
    translated = snippets(read_knowledge(), "es", backwards)
    assert list(translated) == list(written)
    english = re.compile(r"\b(the|your|and|records|sources|seen|weak|better|rule|suggestion|anywhere|November)\b", re.I)
    for name, text in translated.items():
        ours = re.sub(r'<div[^>]* lang="en".*?</div>|\]\([^)]*\)', "", text, flags=re.DOTALL)
        ours = re.sub(r"\{ #[a-z-]+ \}|<[^>]*>|[\w.-]+\.[a-z]{2,}\b", "", ours)
        assert not english.findall(ours), name


def test_in_another_language_its_own_countries_come_first_and_english_letters_stay_to_be_sent() -> None:
    translated = snippets(read_knowledge(), "ar", str)
    headings = re.findall(r"^### .* \{ #country-(..) \}$", translated["countries"], re.MULTILINE)
    near = {each.country.lower() for each in read_knowledge().country_facts.places if "ar" in each.languages}
    assert set(headings[: len(near)]) == near and len(headings) == len(set(headings))
    marked = translated["record-letters"].count('markdown="1" lang="en" dir="ltr">')
    assert marked == sum(form.written_in == "en" for form in read_knowledge().record_letters.forms) == 4
    assert 'lang="en"' not in snippets(read_knowledge())["record-letters"]


def test_a_question_in_arabic_needs_no_colon_either() -> None:
    md = Markdown(read_knowledge(), "ar", str)
    assert md.titled("هل التشخيص صحيح؟", "كلمة") == "**هل التشخيص صحيح؟** كلمة"


def test_a_page_that_was_written_from_older_knowledge_is_found_out(tmp_path: Path) -> None:
    knowledge = read_knowledge()
    write_includes(knowledge, tmp_path)
    assert stale(knowledge, tmp_path) == []
    newer = replace(knowledge, nothing_more="Something else is enough.")
    assert stale(newer, tmp_path) == ["checklist-other.md"]
    assert stale(knowledge, tmp_path, "es", backwards) == sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / "countries.md").unlink()
    assert stale(knowledge, tmp_path) == ["countries.md"]
