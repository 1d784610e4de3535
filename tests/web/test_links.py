"""Link landings: looking changes nothing, pressing lets in, and a link that is over can be renewed kindly."""

from datetime import datetime, timedelta

import pytest

from intake.cases import draft as drafts
from intake.cases import letters, lifecycle, ways_in
from intake.cases.case import Case, Stage
from intake.links import grants
from intake.links.tokens import Purpose
from intake.mail.message import Letters
from intake.web.security import csrf_token
from tests.builders import a_case, a_draft


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def _link(services, case: Case, now: datetime, purpose: Purpose = Purpose.CASE) -> str:
    with services.database.transaction() as tx:
        made = ways_in.case_link if purpose is Purpose.CASE else ways_in.upload_link
        return made(tx, services, case, now).removeprefix(services.settings.base_url)


def test_looking_at_a_link_shows_one_button_and_no_health_word(client, services, case, now) -> None:
    page = client.get(_link(services, case, now))
    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert case.reference not in page.text and "slipped disc" not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_pressing_the_button_lets_in_at_a_clean_address(client, services, case, now) -> None:
    page = client.get(_link(services, case, now))
    answer = client.answer(page)
    assert (answer.status_code, answer.location) == (303, "/case/")
    home = client.get("/case/")
    assert case.reference in home.text and "slipped disc" not in home.text


def test_fifty_looks_of_mail_scanners_do_not_spoil_a_link(new_client, services, case, now) -> None:
    link = _link(services, case, now)
    for _ in range(25):
        scanner = new_client()
        assert scanner.get(link).status_code == scanner.head(link).status_code == 200
    person = new_client()
    assert person.answer(person.get(link)).status_code == 303


def test_a_press_without_our_page_before_it_is_refused(client, services, case, now) -> None:
    assert client.post(_link(services, case, now), data={}).status_code == 403


def test_a_press_from_another_site_is_refused(client, services, case, now) -> None:
    link = _link(services, case, now)
    page = client.get(link)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert client.post(link, data={"csrf_token": token}, headers=headers).status_code == 403


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t[:-2] + "xx", lambda t: "x" + t, lambda t: t + ".1"])
def test_a_spoilt_link_is_answered_kindly(client, services, case, now, spoil) -> None:
    token = _link(services, case, now).removeprefix("/l/")
    page = client.get(f"/l/{spoil(token)}")
    assert page.status_code == 404
    assert "copy the whole link" in page.text


def test_a_link_of_one_purpose_does_not_pass_for_another(client, services, case, now) -> None:
    token = _link(services, case, now, Purpose.UPLOAD).removeprefix("/l/")
    assert client.get(f"/l/case.{token.split('.', 1)[1]}").status_code == 404
    client.answer(client.get(f"/l/{token}"))
    assert client.get("/case/").status_code == 401


def test_an_expired_link_offers_a_new_one_that_goes_to_the_address_on_file(
    client, services, case, now, still_clock, outbox_letters
) -> None:
    link = _link(services, case, now)
    still_clock.advance(days=400)
    page = client.get(link)
    assert page.status_code == 410 and "Send me a new link" in page.text
    before = len(outbox_letters("link_again"))
    assert client.answer(page).status_code == 200
    assert len(outbox_letters("link_again")) == before + 1
    assert outbox_letters("link_again")[-1].to == "demonstration@example.org"


def test_a_replaced_link_says_that_a_newer_one_was_sent(client, services, case, now) -> None:
    old = _link(services, case, now)
    with services.database.transaction() as tx:
        letters.send_new_case_link(tx, services, case, now)
    page = client.get(old)
    assert page.status_code == 410 and "newer link" in page.text


def test_asking_for_a_new_link_looks_the_same_when_there_is_nothing(client, services, case, now, still_clock) -> None:
    link = _link(services, case, now)
    still_clock.advance(days=400)
    page = client.get(link)
    truth = client.answer(page).text
    services.keys.destroy(case.key_owner)
    assert client.answer(page).text == truth


def test_a_session_ends_when_its_link_is_replaced(client, services, case, now) -> None:
    client.answer(client.get(_link(services, case, now)))
    assert client.get("/case/").status_code == 200
    with services.database.transaction() as tx:
        letters.send_new_case_link(tx, services, case, now)
    assert client.get("/case/").status_code == 401


def test_a_session_ends_after_half_an_hour_of_silence(client, services, case, now, still_clock) -> None:
    client.answer(client.get(_link(services, case, now)))
    still_clock.advance(minutes=29)
    assert client.get("/case/").status_code == 200
    still_clock.advance(minutes=31)
    assert client.get("/case/").status_code == 401


def test_the_confirm_link_opens_the_case_once(client, new_client, services, now, outbox_letters) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        lifecycle.send_draft(tx, services, draft, None, now)  # parked: the request is not read yet
        link = ways_in.draft_link(tx, services, draft, Purpose.CONFIRM, now).removeprefix(services.settings.base_url)
    for visitor in (client, new_client()):
        answer = visitor.answer(visitor.get(link))
        assert (answer.status_code, answer.location) == (303, "/case/sent")
    assert len(outbox_letters("case_opened")) == 1


def test_a_resume_link_asks_for_the_address_before_it_shows_anything(client, services, now) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        link = ways_in.draft_link(tx, services, draft, Purpose.RESUME, now).removeprefix(services.settings.base_url)
    answer = client.answer(client.get(link))
    assert answer.location == "/request/en/resume"
    assert "slipped disc" not in client.get("/request/en/condition", follow_redirects=True).text
    page = client.get("/request/en/resume")
    assert client.answer(page, email="someone@else.example.org").status_code in (403, 422)
    assert client.answer(page, email=" Demonstration@Example.org ").status_code == 303
    assert "slipped disc" in client.get("/request/en/condition").text
    with services.database.read() as tx:
        assert drafts.read_draft(tx, services.keys, draft.id, now).address_confirmed


def test_a_withdrawn_case_takes_no_more_records(client, services, case, now) -> None:
    link = _link(services, case, now, Purpose.UPLOAD)
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, case.id, Stage.WITHDRAWN, "test", now)
    assert client.get(link).status_code == 410


def test_an_invite_is_over_after_a_day(client, services, now, still_clock) -> None:
    with services.database.transaction() as tx:
        grant = grants.issue(tx, Purpose.INVITE, "somebody", now + timedelta(hours=24), now)
    link = ways_in.address_of(services, grant).removeprefix(services.settings.base_url)
    assert client.get(link).status_code == 200
    still_clock.advance(hours=24)
    page = client.get(link)
    assert page.status_code == 410 and "Send me a new link" not in page.text


def test_the_upload_link_pressed_again_in_the_same_browser_keeps_what_it_sent(client, services, case, now) -> None:
    link = _link(services, case, now, Purpose.UPLOAD)
    client.answer(client.get(link))
    held = client.get_cookie("__Host-upload")
    client.answer(client.get(link))
    assert client.get_cookie("__Host-upload") == held


def test_a_link_stays_good_when_its_successor_cannot_be_written(client, services, case, now, tmp_path) -> None:
    link = _link(services, case, now)
    assert client.get(link).status_code == 200
    said = {"Cookie": f"__Host-visit={client.get_cookie('__Host-visit').value}"}
    with client.application.test_request_context(base_url=services.settings.base_url, headers=said):
        token = csrf_token("link-again")
    object.__setattr__(services, "letters", Letters(tmp_path, services.languages, services.operator))
    assert client.post(f"{link}/again", data={"csrf_token": token}).status_code == 500
    assert client.get(link).status_code == 200
