"""What a case goes on without, as people read it: the list in their language, a coordinator's words as written."""

import pytest

from intake.forms.gaps import gaps_of
from intake.languages import OFFERED
from tests.builders import a_context


@pytest.fixture
def tongues(services):
    return [services.languages.gettext(code) for code in OFFERED]


def test_nothing_kept_is_nothing_to_read(services, tongues) -> None:
    assert gaps_of({}, a_context(services), tongues) is None


@pytest.mark.parametrize("code", OFFERED)
def test_what_is_missing_is_said_in_the_readers_language(services, tongues, code) -> None:
    item, context = services.knowledge.item("scan-files"), a_context(services, code)
    kept = {"items": ["scan-files", "no-such-item"], "text": "Nothing can be measured anew."}
    found = gaps_of(kept, context, tongues)
    assert found.missing == ((context.say(item.title), context.say(item.cannot_say_without.text)),)
    assert found.words == found.own_words == "Nothing can be measured anew."


@pytest.mark.parametrize("code", OFFERED)
def test_what_the_list_says_by_itself_is_not_said_again_in_the_language_of_the_desk(services, tongues, code) -> None:
    suggested = services.languages.gettext(code)(services.knowledge.item("scan-files").cannot_say_without.text)
    kept = {"items": ["scan-files"], "text": f"{suggested}\r\n And the date is unknown."}
    found = gaps_of(kept, a_context(services, "es"), tongues)
    assert found.own_words == "And the date is unknown." and suggested in found.words
    assert gaps_of({"items": ["scan-files"], "text": suggested}, a_context(services), tongues).own_words == ""
