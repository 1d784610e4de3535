"""Who may do what with which object: every page of the desk by every role, and one case's credentials at another's.

What asks for is read from the table of rights; that views hold to it is seen by asking them.
"""

import pytest

from intake import journal
from intake.cases import helpers, parcels, talking, viewers
from intake.cases.helpers import HelperKind
from intake.desk import coordinators, rules
from intake.errors import LeadNeeded
from intake.records import photo_sets
from intake.web.rights import RIGHTS, Right, right_of
from tests.builders import a_case
from tests.web import sending
from tests.web.desk_shelf import a_record
from tests.web.desk_visits import a_signed_in_coordinator, a_signed_in_lead
from tests.web.every_page import NOTHING, ask, filled, pages


@pytest.fixture
def objects(services, now) -> dict[str, str]:
    """One of everything that an address of the desk can name."""
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        guest = coordinators.invite(tx, services.keys, services.ring, "Guest", "guest@clinic.example", "en", now)
        rule = rules.add(tx, rules.Rule(people=(guest.id,)))
    return {"case_id": case.id, "coordinator_id": guest.id, "rule_id": rule.id, "call_id": NOTHING}


def test_the_table_names_only_pages_that_exist(app) -> None:
    assert RIGHTS.keys() <= {endpoint for endpoint, _, _ in pages(app, ("/desk/",))}


def test_every_page_of_the_desk_refuses_a_visitor_and_a_requester(app, services, client, new_client, objects, now):
    requester = new_client()
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    sending.let_in_to_look(requester, services, case, now, "demonstration@example.org")
    asked = 0
    for endpoint, rule, method in pages(app, ("/desk/",)):
        if right_of(endpoint, rule) in (Right.COORDINATOR, Right.LEAD):
            for visitor in (client, requester):
                answer = ask(app, services, visitor, endpoint, filled(rule, objects), method)
                led_to_the_door = answer.status_code == 303 and answer.location.startswith("/desk/sign-in")
                assert led_to_the_door or answer.status_code in (401, 403, 404), (endpoint, method, answer.status_code)
                asked += 1
    assert asked > 60


def test_what_only_leads_may_do_is_refused_to_coordinators_whatever_the_object(app, services, client, objects):
    a_signed_in_coordinator(services, client)
    with services.database.read() as tx:
        before = [rules.read(tx), coordinators.everyone(tx, services.keys)]
    asked = 0
    for endpoint, rule, method in pages(app, ("/desk/",)):
        if right_of(endpoint, rule) is Right.LEAD:
            bodies = set()
            for known in (objects, {}):
                answer = ask(app, services, client, endpoint, filled(rule, known), method)
                assert answer.status_code == 403 and LeadNeeded.message in answer.text, (endpoint, method)
                bodies.add(answer.text)
                asked += 1
            assert len(bodies) == 1, f"{endpoint} tells whether there is such a thing"
    assert asked >= 20
    with services.database.read() as tx:
        assert [rules.read(tx), coordinators.everyone(tx, services.keys)] == before


def test_a_lead_is_let_in_everywhere(app, services, client, objects):
    a_signed_in_lead(services, client)
    for endpoint, rule, method in pages(app, ("/desk/",)):
        if right_of(endpoint, rule) in (Right.COORDINATOR, Right.LEAD) and method == "GET":
            answer = ask(app, services, client, endpoint, filled(rule, objects), method)
            assert answer.status_code in (200, 303, 404, 409), (endpoint, answer.status_code)
            assert not (answer.status_code == 303 and "sign-in" in answer.location), endpoint


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(services, client, objects):
    lead = a_signed_in_lead(services, client)
    address = f"/desk/people/{objects['coordinator_id']}"
    assert client.get(address).status_code == 200
    with services.database.transaction() as tx:
        coordinators.set_role(tx, lead.who.id, coordinators.DeskRole.COORDINATOR, "operator", services.clock())
    assert client.get(address).status_code == 403
    assert client.get("/desk/people").status_code == 200


THEIRS = ("/case/", "/uploads")
NAMED = ("upload_id", "set_id", "link_id", "viewer_id", "parcel_id", "number", "message_id")
# What an address may say that names no object of anybody: words of closed lists, and what signs for itself.
NO_OBJECTS = {"country", "what", "which", "code", "step", "letter", "name", "filename", "token"}
# Everything there is, and what keeps strangers from it. A page outside of these must find its place first.
AREAS = {
    "/desk/": "the table of rights, walked above", "/case/": "the session of one case", "/uploads": "the same session",
    "/agree/": "the session of a patient; names no object", "/request/": "the cookie of a draft; names no object",
    "/l/": "a token that is signed", "/h": "a code that is guessed at slowly", "/dev/": "development alone",
    "/healthz": "says nothing", "/readyz": "says nothing", "/hooks/": "signed", "/static/": "public",
    "/scripts/": "public",
}  # fmt: skip


def test_every_page_belongs_to_an_area_and_names_no_object_that_is_not_tried(app) -> None:
    for rule in app.url_map.iter_rules():
        assert rule.rule.startswith(tuple(AREAS)), f"{rule.rule} is in no area: what keeps strangers from it?"
        if not rule.rule.startswith("/desk/"):
            assert rule.arguments <= {*NAMED, *NO_OBJECTS}, f"{rule.rule} names something that nobody tries below"


def test_with_the_credentials_of_one_case_the_objects_of_another_are_not_there(app, services, client, now):
    """404, and the same body as for what does not exist at all."""
    with services.database.transaction() as tx:
        mine, theirs = a_case(tx, services, now), a_case(tx, services, now)
        helper = helpers.make_helper(tx, services, theirs.id, HelperKind.DOCTOR, "en", "", now)
        viewer = viewers.add_viewer(tx, services, theirs.id, viewers.Said("https://viewer.example.org/a"), None, now)
        parcel = parcels.announce_parcel(tx, services, theirs.id, parcels.Contents(discs=1), now)
        photos = photo_sets.begin_set(tx, theirs.id, "nobody", now)
        asked_them = talking.ask_requester(tx, services, theirs.id, "Which of the two came first?", 7, "test", now)
    record = a_record(services, theirs.id)
    of_theirs = {"upload_id": record.id, "set_id": photos.id, "link_id": viewer.id, "viewer_id": viewer.id}
    of_theirs |= {"parcel_id": parcel.id, "number": str(helper.number), "message_id": asked_them.id}
    of_nobody = dict.fromkeys(NAMED, NOTHING) | {"number": "99"}
    sending.let_in_to_look(client, services, mine, now, "demonstration@example.org")
    sending.let_in_to_send(client, services, mine, now)
    with services.database.read() as tx:
        before, asked = journal.lines(tx, theirs.id), 0
    for endpoint, rule, method in pages(app, THEIRS):
        if any(f"{name}>" in rule for name in NAMED):
            more = {"which": "what", "page_id": record.id}
            there, nowhere = (
                ask(app, services, client, endpoint, filled(rule, known | more), method)
                for known in (of_theirs, of_nobody)
            )
            assert there.status_code == nowhere.status_code == 404, (endpoint, method, there.status_code)
            assert there.text == nowhere.text, endpoint
            asked += 1
    assert asked >= 20
    with services.database.read() as tx:
        assert journal.lines(tx, theirs.id) == before
