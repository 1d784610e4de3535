"""Templates in each language: what is the same on every page is put in when they are compiled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import UndefinedError

from intake.languages import Languages
from intake.web.drawing import STATIC, Drawer, options_of, radios_of, static_address

Draw = Callable[..., str]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Call it with the text of a template, a language and values."""

    def drawn(text: str, language: str = "en", **values: object) -> str:
        folder = tmp_path / f"made-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "page.html").write_text(text, encoding="utf-8")
        drawer = Drawer(Flask("drawn", template_folder=str(folder)), Languages())
        return drawer.draw("page.html", language, values)

    return drawn


@pytest.mark.parametrize("language", Languages().offered)
def test_words_without_values_are_put_in(draw: Draw, language: str) -> None:
    said = Languages().gettext(language)("Continue")
    assert draw('<b title="{{ _(\'Continue\') }}">{{ _("Continue") }}</b>', language) == f'<b title="{said}">{said}</b>'


@pytest.mark.parametrize("language", Languages().offered)
def test_words_with_values_are_translated_and_the_values_escaped(draw: Draw, language: str) -> None:
    pattern = Languages().gettext(language)("Page %(which)s of %(of)s")
    drawn = draw('{{ _("Page %(which)s of %(of)s", which=which, of=3) }}', language, which="<i>")
    assert drawn == pattern % {"which": "&lt;i&gt;", "of": "3"}


def test_words_in_the_middle_of_an_expression_stay_words(draw: Draw) -> None:
    assert draw('{% set said = _("Continue") if yes else _("Back") %}{{ said ~ "!" }}', yes=False) == "Back!"


def test_a_value_that_is_missing_is_no_blank(draw: Draw) -> None:
    with pytest.raises(UndefinedError):
        draw("{{ nowhere }}")


def test_the_address_of_a_static_file_is_put_in(draw: Draw) -> None:
    assert draw("{{ url_for('static', filename='intake.css') }}") == static_address("intake.css")


def test_every_static_file_has_an_address_of_its_own() -> None:
    names = [path.name for path in STATIC.iterdir() if path.is_file()]
    addresses = {static_address(name) for name in names}
    assert len(addresses) == len(names) > 5
    assert all(address.startswith("/static/") and "?v=" in address for address in addresses)


def test_a_long_list_has_its_values_escaped_and_one_of_them_chosen() -> None:
    names = {"a": "Å <b>", 'b"': "B & C", "c": "C"}
    assert options_of(names, 'b"') == (
        '<option value="a">Å &lt;b&gt;</option>\n<option value="b&#34;" selected>B &amp; C</option>\n'
        '<option value="c">C</option>\n'
    )


@pytest.mark.parametrize("chosen", ["", None, "zz", 'c"><script>'])
def test_what_is_not_in_the_list_is_not_chosen(chosen: str | None) -> None:
    assert "selected" not in options_of({"a": "A", "c": "C"}, chosen)
    assert "script" not in options_of({"a": "A", "c": "C"}, chosen)


def test_a_row_of_radio_buttons_has_one_of_them_chosen() -> None:
    drawn = radios_of("mri", (("have", "I have it"), ("no", "I <do> not")), "no")
    assert drawn.count("checked") == 1
    assert '<input type="radio" id="mri-no" name="mri" value="no" checked><label for="mri-no">I &lt;do&gt; not' in drawn
    assert "checked" not in radios_of("mri", (("have", "I have it"),), None)
