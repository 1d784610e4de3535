"""The gentle check: what it finds in questions as people type them, how often it is right, and when it keeps quiet."""

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.forms.context import FormContext
from intake.forms.vague import MOST_SUGGESTIONS, plain, suggestions
from intake.knowledge.vague import Vague
from intake.languages import Languages
from tests.components import ROOT
from tests.forms import questions_in_ar, questions_in_en, questions_in_es

LISTS = {"en": questions_in_en, "es": questions_in_es, "ar": questions_in_ar}
PRECISION, RECALL = 0.9, 0.7
languages = pytest.mark.parametrize(("language", "typed"), LISTS.items(), ids=LISTS)


@pytest.fixture(scope="module")
def vague(context: FormContext) -> Vague:
    return context.knowledge.vague


@languages
def test_the_lists_hold_twenty_weak_and_twenty_good_questions(language: str, typed: ModuleType) -> None:
    assert len(set(typed.WEAK)) == len(set(typed.GOOD)) == 20
    assert not set(typed.WEAK) & set(typed.GOOD)


@languages
def test_what_is_called_vague_is_vague_and_most_of_it_is_found(language: str, typed: ModuleType, vague: Vague) -> None:
    found = [text for text in typed.WEAK if suggestions(text, language, vague)]
    wronged = [text for text in typed.GOOD if suggestions(text, language, vague)]
    assert len(found) / (len(found) + len(wronged)) >= PRECISION, wronged
    assert len(found) / len(typed.WEAK) >= RECALL, set(typed.WEAK) - set(found)


@languages
def test_what_maintainers_read_about_it_is_what_is_measured(language: str, typed: ModuleType, vague: Vague) -> None:
    told = (ROOT / "docs" / "maintainers" / "vague-questions.md").read_text(encoding="utf-8")
    found = [text for text in typed.WEAK if suggestions(text, language, vague)]
    called = len(found) + len([text for text in typed.GOOD if suggestions(text, language, vague)])
    assert f"| {language} | 40 | {len(found) / called:.2f} | {len(found) / len(typed.WEAK):.2f} |" in told


@languages
def test_the_page_matters_little_where_the_words_tell(language: str, typed: ModuleType, vague: Vague) -> None:
    for text in typed.GOOD:
        assert all(suggestions(text, page, vague) == [] for page in LISTS), text


@languages
def test_no_better_question_of_ours_is_called_vague(language: str, typed: ModuleType, context: FormContext) -> None:
    say = Languages().gettext(language)
    for example in context.knowledge.questions.examples:
        assert suggestions(say(example.better), language, context.knowledge.vague) == [], example.reason


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("Please check my case.", "anything"),
        ("IS THIS RIGHT ???", "right-or-wrong"),
        ("What do you think?", "your-opinion"),
        ("Which hospital is the best for this?", "best"),
        ("Can you cure my little son?", "promise"),
        ("My knee", "too-short"),
        ("My knee hurts at night and my doctor is on holiday until the end of the month.", "no-question"),
        ("Why do I feel so strange in the morning when I get up from my bed?", "no-decision"),
        ("Is it MS? Can I have children? Shall I stop working? What do I eat?", "several"),
        ("POR FAVOR REVISEN MI CASO", "anything"),
        ("هَلْ هٰذَا صَحِيح؟", "right-or-wrong"),
        ("هل التشخيص صحيح", "right-or-wrong"),
    ],
)
def test_each_sign_leads_to_its_suggestion(text: str, suggested: str, vague: Vague) -> None:
    assert suggested in suggestions(text, "en", vague)


def test_the_same_phrase_is_fine_beside_a_date_and_a_choice(vague: Vague) -> None:
    whole = "Please check my case: is the operation on 3 March better for my back than three more months of exercises?"
    assert suggestions(whole, "en", vague) == []


def test_a_second_question_may_lean_on_the_first(vague: Vague) -> None:
    assert suggestions("And the risks?", "en", vague) == ["too-short"]
    assert suggestions("And the risks?", "en", vague, alone=False) == []
    assert suggestions("What do you think?", "en", vague, alone=False) == ["your-opinion"]


@pytest.mark.parametrize(
    "text",
    [
        "Ist die Operation besser als drei Monate Krankengymnastik, und wie hoch ist das Risiko für mich?",
        "J’ai mal au dos depuis longtemps et je suis très inquiète pour mes enfants",
        "Tenho dor de barriga há três anos e ninguém encontra nada, estou muito cansada",
        "Мне 58 лет, у меня грыжа диска",
        "我今年58岁，患有椎间盘突出。手术比物理治疗更好吗？",
        "من ۵۸ سال دارم و دیسک کمر",
        "؟", "…", "😟", "12345",
    ],
)  # fmt: skip
def test_it_keeps_quiet_in_a_language_that_it_does_not_know(text: str, vague: Vague) -> None:
    assert [suggestions(text, page, vague) for page in LISTS] == [[], [], []]


def test_accents_vowel_signs_and_digits_of_any_script_do_not_matter() -> None:
    assert plain("¿ESTÁ bien, Señor?") == "esta bien senor"
    assert plain("what’s wrong") == plain("WHAT'S wrong!") == "whats wrong"
    assert plain("صَحِيحٌ") == plain("صحيح")
    assert plain("إلى أين؟ ٤٩ ســنة") == plain("الي اين 49 سنه")


@given(text=st.text(max_size=200), language=st.sampled_from([*LISTS, "fr"]), alone=st.booleans())
def test_no_text_breaks_it_and_it_never_says_much(text: str, language: str, alone: bool, context: FormContext) -> None:
    known = context.knowledge.vague
    found = suggestions(text, language, known, alone=alone)
    assert len(found) <= MOST_SUGGESTIONS
    assert set(found) <= {each.id for each in known.suggestions}
