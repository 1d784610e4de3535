"""What a case goes on without is read: by the desk, the specialist, whoever has an export, and the patient."""

import io
import re
import zipfile
from html import unescape

import pytest

from intake.cases import at_desk
from tests.builders import a_case
from tests.web.desk_shelf import a_record
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import let_in_to_look

ADDRESS = "demonstration@example.org"
WORDS = "Nobody can <measure> the slip anew."


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now, language="es")


def go_on(services, case, now, text: str = WORDS, items: tuple[str, ...] = ("scan-files",)) -> None:
    with services.database.transaction() as tx:
        at_desk.go_on_without(tx, services, case.id, items, text, "coordinator:x", now)


def title(services, code: str) -> str:
    return services.languages.gettext(code)(services.knowledge.item("scan-files").title)


def test_the_desk_and_the_page_of_the_specialist_say_it(services, client, case, now) -> None:
    ines, address = a_signed_in_coordinator(services, client), f"/desk/cases/{case.id}"
    assert "Goes on without some records" not in ines.browser.get(address).text
    go_on(services, case, now)
    page = ines.browser.get(address).text
    read = re.search(r'<article class="page-read".*?</article>', page, re.DOTALL)[0]
    for words in ("What this opinion cannot say", title(services, "en"), WORDS):
        assert words in unescape(read)
    assert title(services, "en") in re.search(r"Goes on without some records.*?</section>", page, re.DOTALL)[0]
    assert "<measure>" not in page


@pytest.mark.parametrize("what", ["export.zip", "records.zip"])
def test_the_index_of_what_leaves_says_it_first(services, client, case, now, what) -> None:
    ines = a_signed_in_coordinator(services, client)
    a_record(services, case.id)
    go_on(services, case, now)
    sent = ines.browser.get(f"/desk/cases/{case.id}/{what}")
    with zipfile.ZipFile(io.BytesIO(sent.data)) as folder:
        index = folder.read("index.txt").decode("utf-8-sig")
    assert f"- {title(services, 'en')}\r\n" in index and WORDS in index
    assert index.index(WORDS) < index.index("SHA-256")


def test_without_gaps_an_index_has_none(services, client, case) -> None:
    ines = a_signed_in_coordinator(services, client)
    sent = ines.browser.get(f"/desk/cases/{case.id}/export.zip")
    with zipfile.ZipFile(io.BytesIO(sent.data)) as folder:
        assert "cannot say" not in folder.read("index.txt").decode("utf-8-sig")


def test_the_requester_reads_it_in_their_language_once_the_address_is_typed(services, client, case, now) -> None:
    go_on(services, case, now)
    let_in_to_look(client, services, case, now)
    assert WORDS not in unescape(client.get("/case/").text)
    let_in_to_look(client, services, case, now, ADDRESS)
    page = unescape(client.get("/case/").text)
    item = services.knowledge.item("scan-files")
    assert f"<dt>{title(services, 'es')}</dt>" in page and WORDS in page
    assert services.languages.gettext("es")(item.cannot_say_without.text) in page


def test_what_the_list_suggested_in_the_language_of_the_desk_is_not_shown_untranslated(services, client, case, now):
    suggested = services.knowledge.item("scan-files").cannot_say_without.text
    go_on(services, case, now, suggested)
    let_in_to_look(client, services, case, now, ADDRESS)
    page = unescape(client.get("/case/").text)
    assert suggested not in page and services.languages.gettext("es")(suggested) in page


def test_a_case_without_gaps_says_nothing_of_them(services, client, case, now) -> None:
    let_in_to_look(client, services, case, now, ADDRESS)
    assert 'id="gaps"' not in client.get("/case/").text
