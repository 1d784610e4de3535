"""Looking changes nothing: GET, HEAD and OPTIONS on every route, twice, with valid links and sessions of every role."""

import hashlib
import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from intake.cases import draft as drafts
from intake.cases import helpers, letters, lifecycle, parcels, talking, viewers, ways_in
from intake.cases.helpers import HelperKind
from intake.db import Database, metadata
from intake.desk import coordinators, rules
from intake.forms.pages import PAGES
from intake.keys import wrapped_keys
from intake.links import grants, sessions
from intake.links.sessions import Role
from intake.links.tokens import Purpose
from intake.records import photo_sets
from tests.builders import a_case, a_draft, answers_for_another
from tests.web import sending
from tests.web.desk_shelf import a_record
from tests.web.desk_visits import a_signed_in_lead

READING = ("case.read", "record.read", "records.read", "case.exported")
LAST_READ = ("seen_at", "read_at", "first_read_at")
SAFE = ("GET", "HEAD", "OPTIONS")


def _whole_state(services) -> dict[str, object]:
    """Every row of both databases and every object of the vault, but for what says when somebody read."""
    state: dict[str, object] = {"vault": _files(services.settings.vault), "keys": _rows(services.keys.database)}
    with services.database.read() as tx:
        for table in metadata.sorted_tables:
            if table.name == "journal_head":
                continue
            rows = [dict(row._mapping) for row in tx.all(select(table))]
            if table.name == "journal":
                rows = [{k: v for k, v in row.items() if k in ("event", "subject", "facts")} for row in rows]
                rows = [row for row in rows if row["event"] not in READING]
            if table.name in ("sessions", "messages", "cases"):
                rows = [{k: v for k, v in row.items() if k not in LAST_READ} for row in rows]
            state[table.name] = sorted(map(repr, rows))
    return state


def _rows(database: Database) -> list[str]:
    with database.read() as tx:
        return sorted(repr(row) for row in tx.all(select(wrapped_keys)))


def _files(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def everybody(client, services, now: datetime):
    """A browser that holds a session of every role, and what the routes can be asked for."""
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers_for_another(services))
        draft = a_draft(tx, services, now, answers=answers_for_another(services))
        other = a_draft(tx, services, now)
        parked = a_draft(tx, services, now)
        lifecycle.send_draft(tx, services, parked, None, now)
        letters.send_way_back(tx, services, other, now)
        links = {
            Purpose.CASE: ways_in.case_link(tx, services, case, now),
            Purpose.UPLOAD: ways_in.upload_link(tx, services, case, now),
            Purpose.RESUME: ways_in.draft_link(tx, services, other, Purpose.RESUME, now),
            Purpose.CONFIRM: ways_in.draft_link(tx, services, parked, Purpose.CONFIRM, now),
        }
        guest = coordinators.invite(tx, services.keys, services.ring, "Guest", "guest@clinic.example", "en", now)
        invite = grants.issue(tx, Purpose.INVITE, guest.id, case.purge_at, now)
        links[Purpose.INVITE] = ways_in.address_of(services, invite)
    a_signed_in_lead(services, client)
    held, unfinished = a_record(services, case.id), None
    sending.let_in_to_look(client, services, case, now, "demonstration@example.org")
    sending.let_in_to_send(client, services, case, now)
    unfinished = sending.announce(client, 1000).location.rsplit("/", 1)[1]
    with services.database.transaction() as tx:
        secret = sessions.start(tx, Role.DRAFT, draft.id, now, expires_at=draft.expires_at, address_checked=True)
        enrol = sessions.start(tx, Role.ENROL, guest.id, now)
        links[Purpose.AGREE] = ways_in.agree_link(tx, services, case, now)
        agree = sessions.start(tx, Role.AGREE, case.id, now, address_checked=True)
        links[Purpose.CASE] = ways_in.current_case_link(tx, services, case, now)
        helper = helpers.make_helper(tx, services, case.id, HelperKind.DOCTOR, "en", "", now)
        links[Purpose.HELPER] = ways_in.address_of(services, helper.grant)
        viewer = viewers.add_viewer(tx, services, case.id, viewers.Said("https://viewer.example.org/a"), None, now)
        said = parcels.Contents(discs=1)
        arrived, coming = (parcels.announce_parcel(tx, services, case.id, said, now).id for _ in range(2))
        parcels.move_parcel(tx, services, case.id, arrived, parcels.ParcelState.RECEIVED, "system", now)
        rule = rules.add(tx, rules.Rule(people=(guest.id,)))
        asked = talking.ask_requester(tx, services, case.id, "Which day?", 7, "coordinator:x", now)
        photos = photo_sets.begin_set(tx, case.id, "nobody", now)
    client.set_cookie("__Host-draft", secret, domain="localhost", secure=True)
    client.set_cookie("__Host-enrol", enrol, domain="localhost", secure=True)
    client.set_cookie("__Host-agree", agree, domain="localhost", secure=True)
    tokens = [link.rsplit("/", 1)[1] for link in links.values()]
    known = {"case_id": [case.id], "upload_id": [held.id, unfinished], "call_id": ["no-such-call"]}
    known |= {"token": tokens, "code": ["en"], "what": ["statistics", "abroad-DE"], "country": ["US"]}
    known |= {"which": ["what", "details", "translator", "original", "nonsense"]}
    known |= {"number": [str(helper.number)], "viewer_id": [viewer.id], "link_id": [viewer.id]}
    known |= {"parcel_id": [arrived, coming], "set_id": [photos.id], "message_id": [asked.id]}
    known |= {"reply_id": ["no-such-reply"]}
    known |= {"coordinator_id": [guest.id], "rule_id": [rule.id], "session_id": ["no-such-session"]}
    known |= {"letter": ["case_opened", "nonsense"], "letter_id": ["no-such-letter"]}
    return client, known


STEPS = [page.step for page in PAGES]


def _addresses(app, known: dict[str, list[str]]) -> list[str]:
    values = known | {"filename": ["intake.css"], "step": STEPS, "name": ["no-such-letter.eml", "records"]}
    addresses = []
    for rule in app.url_map.iter_rules():
        made = [rule.rule]
        for argument in sorted(rule.arguments):
            mark = re.compile(rf"<(?:[^<>:]+:)?{argument}>")  # with or without a converter, as <int:number>
            made = [mark.sub(value, one) for one in made for value in values[argument]]
        addresses += made
    return sorted(set(addresses))


@pytest.mark.usefixtures("database")
def test_looking_at_every_route_twice_changes_nothing(everybody, app, services) -> None:
    visitor, known = everybody
    addresses = _addresses(app, known)
    before, seen = _whole_state(services), set()
    for _ in range(2):
        for address in addresses:
            for method in SAFE:
                answer = visitor.open(address, method=method)
                answer.get_data()
                answer.close()
                assert answer.status_code < 500, (method, address)
                if method == "GET" and answer.status_code == 200:
                    seen.add(address)
    after = _whole_state(services)
    for part, was in before.items():
        assert after[part] == was, part
    assert len(seen) > 30, "most routes must really have been seen, not refused"


def test_the_state_that_is_compared_does_change_when_something_is_done(everybody, services, now: datetime) -> None:
    before = _whole_state(services)
    with services.database.transaction() as tx:
        drafts.begin_draft(tx, services.keys, drafts.new_draft_id(), "en", "v", 1, now)
    after = _whole_state(services)
    assert {part for part in before if before[part] != after[part]} == {"drafts", "keys"}
