"""What the script says: in every language, in all its plural forms, under the names by which browsers know them."""

import json
import re

import pytest

from intake.languages import OFFERED, Languages
from intake.web.drawing import STATIC
from intake.web.records_words import COUNTED, SENTENCES, words_of
from intake.web.scripts import PIECES
from tests.components.node import run_node

NUMBERS = [*range(130), 1000, 10**6]
CODE = "\n".join((STATIC / "records" / piece).read_text(encoding="utf-8") for piece in PIECES["records"])
ASK = """
const { code, numbers } = JSON.parse(process.argv[2]);
const forms = new Intl.PluralRules(code);
const of = numbers.map((number) => forms.select(number));
console.log(JSON.stringify({ names: forms.resolvedOptions().pluralCategories, of }));
"""


@pytest.mark.parametrize("code", OFFERED)
def test_each_number_gets_the_form_of_the_catalogue(code, node, tmp_path) -> None:
    script = tmp_path / "ask.mjs"
    script.write_text(ASK, encoding="utf-8")
    done = run_node(node, script, json.dumps({"code": code, "numbers": NUMBERS}))
    assert done.returncode == 0, done.stderr
    browser, languages = json.loads(done.stdout), Languages()
    said = words_of(languages, code)
    for name, counted in COUNTED.items():
        forms = said[name]
        assert isinstance(forms, dict) and set(forms) == set(browser["names"])
        for number, form in zip(NUMBERS, browser["of"], strict=True):
            assert forms[form] == counted(languages.ngettext(code), number), (name, number)


def test_the_script_asks_for_every_sentence_and_for_no_other() -> None:
    asked = set(re.findall(r"\bwords\.(?!js\b)(\w+)", CODE))
    assert asked == set(SENTENCES) | set(COUNTED)
