"""A helper's link from both sides: made, handed on, used to add and never to read, seen by the requester, ended."""

from datetime import datetime

import pytest

from intake import journal
from intake.cases import helpers, store
from intake.cases.case import Case
from intake.jobs.sweep import sweep
from intake.links import grants
from intake.links.tokens import Purpose
from intake.queue import Job
from intake.records import receiving
from intake.records import store as records
from intake.records.appending import PART_TIME
from intake.records.upload import key_owner
from intake.web.uploads import sent_by
from tests.builders import a_case
from tests.visitor import forms
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.helping_hands import a_helper, let_in_to_help, let_in_with_address
from tests.web.sending import PDF, announce, append, let_in_to_look, send

HOME = "/case/helpers"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def owner(client, services, case, now):
    let_in_with_address(client, services, case, now)
    return client


@pytest.fixture
def helper(services, case, now):
    return a_helper(services, case, now)


@pytest.fixture
def hand(new_client, services, helper):
    visitor = new_client()
    let_in_to_help(visitor, services, helper)
    return visitor


def _make(owner, **said):
    page = owner.get(HOME)
    number = next(place for place, form in enumerate(forms(page)) if form.action == HOME)
    return owner.answer(page, form=number, **said)


def test_without_the_address_typed_nobody_makes_a_link(client, new_client, services, case, now) -> None:
    assert new_client().get(HOME).status_code == 401
    let_in_to_look(client, services, case, now)
    for path in (HOME, f"{HOME}/1", f"{HOME}/1/sheet"):
        assert client.get(path).location == "/case/#email"
    assert client.post(HOME, data={"kind": "doctor", "reads": "en"}).location == "/case/#email"
    with services.database.read() as tx:
        assert helpers.helpers_of(tx, services.keys, case) == []


def test_a_link_is_made_shown_to_copy_to_mail_and_to_print(owner, services, case) -> None:
    made = _make(owner, kind="relative", reads="es", note="My sister")
    assert (made.status_code, made.location) == (303, f"{HOME}/1")
    page = owner.get(f"{HOME}/1")
    assert f"{services.settings.base_url}/l/helper." in page.text and "data-copied" in page.text
    assert 'href="mailto:?subject=' in page.text and "/l/helper." in page.text.split("mailto:")[1]
    with services.database.read() as tx:
        code = helpers.helper_of(tx, services.keys, case, 1).code
    sheet = owner.get(f"{HOME}/1/sheet").text
    assert '<html lang="es"' in sheet and code in sheet and case.reference in sheet
    assert "My sister" not in sheet and "/l/helper." not in sheet
    assert "My sister" in owner.get(HOME).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"kind": None, "reads": "en"}, "Choose one of the answers"),
        ({"kind": "doctor", "reads": "xx"}, "Choose one of the answers"),
        ({"kind": "somebody", "reads": "en"}, "Choose one of the answers"),
        ({"kind": "doctor", "reads": "en", "note": "x" * 121}, "Use 120 characters or fewer"),
    ],
)
def test_a_mistake_is_said_kindly_and_makes_nothing(owner, services, case, said, sentence) -> None:
    answer = _make(owner, **said)
    assert answer.status_code == 422 and sentence in answer.text
    with services.database.read() as tx:
        assert helpers.helpers_of(tx, services.keys, case) == []


def test_at_the_limit_the_page_says_what_to_do(owner, services, case, now) -> None:
    for _ in range(services.settings.helper_links):
        a_helper(services, case, now)
    answer = _make(owner, kind="doctor", reads="en")
    assert answer.status_code == 409 and "You have 5 links that work" in answer.text


def test_a_press_that_is_not_signed_neither_makes_nor_ends_a_link(owner, services, case, helper) -> None:
    assert owner.post(HOME, data={"kind": "doctor", "reads": "en"}).status_code == 422
    assert owner.post(f"{HOME}/1/end").status_code == 403
    with services.database.read() as tx:
        assert [one.grant.revoked_at for one in helpers.helpers_of(tx, services.keys, case)] == [None]


def test_the_landing_names_nobody_and_the_page_after_it_only_the_reference(hand, new_client, services, case, helper):
    landing = new_client().get(f"/l/{services.tokens.sign(Purpose.HELPER, helper.grant.id, 1)}")
    assert "You can only add files." in landing.text and case.reference not in landing.text
    page = hand.get("/case/records").text
    assert case.reference in page and "You are helping somebody" in page
    for secret in ("Demonstration", "slipped disc", "ward 7", "demonstration@example.org", "I have sent everything"):
        assert secret not in landing.text and secret not in page


def test_a_helper_adds_without_script_and_never_sees_what_others_sent(
    hand, owner, new_client, services, case, now
) -> None:
    owner.answer(owner.get("/case/records"), form="/start")
    send(owner, name="my private letter.pdf")
    send(hand, name="from the ward.pdf")
    page = hand.get("/case/records").text
    assert "from the ward.pdf" in page and "my private letter" not in page
    second = new_client()
    let_in_to_help(second, services, a_helper(services, case, now))
    assert "from the ward" not in second.get("/case/records").text
    found = next(form for form in forms(hand.get("/case/records")) if form.action.endswith("/form"))
    assert found.fields["csrf_token"]


def test_a_helper_gets_nowhere_else(hand, case) -> None:
    for path in ("/case/", HOME, "/case/receipt", "/case/records/viewers", "/case/records/parcels"):
        assert hand.get(path).status_code == 401, path
    assert hand.get("/desk/").status_code == 303


def test_a_helper_cannot_say_that_everything_is_there(hand, owner, services, case) -> None:
    send(hand)
    owner.answer(owner.get("/case/records"), form="/start")
    token = next(form for form in forms(owner.get("/case/records")) if form.action.endswith("/done")).fields
    assert token["csrf_token"]
    page = hand.get("/case/records")
    assert not [form for form in forms(page) if form.action.endswith("/done")]
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).records_declared_at is None


def test_the_requester_sees_count_and_size_but_the_list_holds_no_name(owner, hand, helper) -> None:
    assert "Nothing came yet" in owner.get(HOME).text and "Opened on" in owner.get(HOME).text
    send(hand, PDF, "from the ward.pdf")
    announce(hand, 5000, "half.pdf")
    page = owner.get(HOME).text
    assert "1 file came" in page and "10 kB" in page and "1 is still on its way" in page and "Last used on" in page
    assert "from the ward" not in page


def test_the_journal_and_the_desk_say_that_a_helper_sent_it(hand, new_client, services, case, helper) -> None:
    send(hand, name="from the ward.pdf")
    with services.database.read() as tx:
        lines = journal.lines(tx, case.id)
        assert sent_by(tx, helper.grant.id) == "helper" and sent_by(tx, "another") == "requester"
    told = {line.event: line.actor for line in lines if line.event.startswith(("upload.", "link.exchanged"))}
    assert told == {"link.exchanged": "helper", "upload.begun": "helper", "upload.received": "helper"}
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    page = desk.get(f"/desk/cases/{case.id}").text
    assert "Came through link 1" in page and "A hospital or a laboratory" in page and "ward 7" in page


def test_a_link_ended_in_use_stops_with_a_kind_sentence_and_keeps_what_came(owner, hand, services, case) -> None:
    whole = send(hand, name="whole.pdf")
    half = announce(hand, len(PDF), "half.pdf").location
    append(hand, half, 0, PDF[:5000])
    ended = owner.answer(owner.get(f"{HOME}/1"), form="/end")
    assert ended.location == f"{HOME}#link-1"
    answer = append(hand, half, 5000, PDF[5000:])
    assert (answer.status_code, answer.json["code"]) == (401, "helper_link_over")
    assert "What has arrived is safe. Ask the person who gave you the link" in answer.json["message"]
    assert "Ask the person who gave you the link" in hand.get("/case/records").text
    with services.database.read() as tx:
        assert [one.id for one in records.of_case(tx, case.id)] == [whole.rsplit("/", 1)[1]]
        own = grants.standing(tx, Purpose.UPLOAD, case.id, services.clock())
        assert own.bytes_left == services.settings.case_max_bytes - len(PDF)
    assert "Ended" in owner.get(HOME).text and "1 file came" in owner.get(HOME).text


def test_a_request_that_is_under_way_when_the_link_ends_stops_at_its_next_part(
    hand, services, case, helper, still_clock
) -> None:
    """The part that was whole before stays; the one after it is not taken."""
    address = announce(hand, 3000, "large.pdf").location
    upload_id = address.rsplit("/", 1)[1]

    def pieces():
        yield b"a" * 1000
        still_clock.advance(seconds=PART_TIME.total_seconds())
        yield b"b" * 1000  # closes the first part
        yield b"c" * 500  # begins the second, once the first, a short one, is committed
        with services.database.transaction() as tx:
            grants.revoke(tx, helper.grant.id, services.clock())
        yield b"d" * 500

    def need_link(tx) -> None:
        if not grants.stands(grants.get(tx, helper.grant.id), services.clock()):
            raise helpers.HelperLinkOver

    key = services.keys.get(key_owner(case.id))
    with pytest.raises(helpers.HelperLinkOver):
        receiving.append(
            services.database, services.vault, key, upload_id, 0, pieces(), services.clock,
            allowed=need_link, by="helper",
        )  # fmt: skip
    with services.database.read() as tx:
        assert records.get(tx, upload_id).state.value == "receiving"
    assert len(list(services.vault.every())) == 1


def test_a_link_whose_time_is_over_is_settled_by_the_regular_round(hand, services, case, helper, still_clock) -> None:
    announce(hand, 5000, "half.pdf")
    still_clock.advance(to=helper.grant.expires_at)
    sweep(services, Job("job", "sweep", "", 1, "worker"))
    with services.database.read() as tx:
        assert records.of_case(tx, case.id) == []
        assert helpers.over_and_unsettled(tx, services.clock()) == []


def test_the_code_leads_to_the_same_landing_and_a_wrong_one_is_said_kindly(new_client, helper) -> None:
    visitor = new_client()
    page = visitor.get("/h")
    assert page.status_code == 200
    answer = visitor.answer(page, code=helper.code.lower().replace("-", " "))
    assert answer.status_code == 303 and "/l/helper." in answer.location
    for typed, sentence in (("ABC", "Compare each letter with the sheet"), ("", "Type the code")):
        wrong = visitor.answer(visitor.get("/h"), code=typed)
        assert wrong.status_code == 422 and sentence in wrong.text
    assert '<html lang="ar"' in visitor.get("/h?language=ar").text
    assert '<html lang="es"' in visitor.get("/h", headers={"Accept-Language": "es-MX"}).text
