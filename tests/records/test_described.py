"""What is said of a record: kept sealed beside it, whole, and never over what others keep in the same place."""

from datetime import timedelta

import pytest

from intake import journal
from intake.db import Database
from intake.errors import SealBroken, UploadNotFound
from intake.keys import context, open_json, seal_json
from intake.records import described, store
from intake.records.described import Described, Translation, describe, open_described
from intake.records.upload import State, key_owner
from tests.builders import a_case
from tests.web.desk_shelf import a_record

pytestmark = pytest.mark.usefixtures("database")
SAID = Described(
    ("scan-files", "bone-scans"), "2024-03", "es", Translation.IS_ONE.value, "translator", "yes", "another-upload"
)


@pytest.fixture
def upload(services, now):
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    return a_record(services, case.id)


def key_of(services, upload) -> bytes:
    return services.keys.get(key_owner(upload.case_id))


def again(services, upload):
    with services.database.read() as tx:
        return store.get(tx, upload.id)


def say(services, upload, said: Described, now) -> None:
    with services.database.transaction() as tx:
        describe(tx, key_of(services, upload), upload.id, said, now)


def test_nothing_said_is_empty(services, upload) -> None:
    assert open_described(key_of(services, upload), upload) == Described() and not Described().said


def test_what_is_said_comes_back_and_can_be_said_anew(services, upload, now) -> None:
    say(services, upload, SAID, now)
    assert open_described(key_of(services, upload), again(services, upload)) == SAID
    say(services, upload, Described(("unknown",)), now)
    assert open_described(key_of(services, upload), again(services, upload)) == Described(("unknown",))


def test_it_lies_sealed_for_its_own_upload(services, upload, now, database: Database) -> None:
    say(services, upload, SAID, now)
    held = again(services, upload)
    assert b"scan" not in held.described and b"2024" not in held.described
    other = a_record(services, upload.case_id)
    with services.database.transaction() as tx:
        store.change(tx, other.id, described=held.described)
    with pytest.raises(SealBroken):
        open_described(key_of(services, upload), again(services, other))


def test_what_others_keep_beside_it_stays(services, upload, now) -> None:
    key, where = key_of(services, upload), context("uploads", upload.id, "described")
    with services.database.transaction() as tx:
        store.change(tx, upload.id, described=seal_json(key, {"set": "abc", "page": 3}, where))
    assert open_described(key, again(services, upload)) == Described()
    say(services, upload, SAID, now)
    kept = open_json(key, again(services, upload).described, where)
    assert (kept["set"], kept["page"], kept["items"]) == ("abc", 3, ["scan-files", "bone-scans"])


def test_the_journal_says_that_and_never_what(services, upload, now) -> None:
    say(services, upload, SAID, now)
    with services.database.read() as tx:
        (line,) = [each for each in journal.lines(tx, upload.case_id) if each.event == "record.described"]
    assert line.facts == {"upload": upload.id} and line.actor == "requester"


def test_it_is_a_sign_of_whoever_sends(services, upload, now) -> None:
    later = now + timedelta(days=9)
    say(services, upload, SAID, later)
    with services.database.read() as tx:
        assert store.last_signs(tx, [upload.case_id]) == {upload.case_id: later}


def test_what_ran_out_by_itself_is_no_sign_and_no_record(services, upload, now) -> None:
    later = now + timedelta(days=9)
    with services.database.transaction() as tx:
        store.change(tx, upload.id, state=State.EXPIRED.value, touched_at=later)
    with services.database.read() as tx:
        assert store.last_signs(tx, [upload.case_id, "nobody"]) == {upload.case_id: now}
    with pytest.raises(UploadNotFound):
        say(services, upload, SAID, now)


def test_what_once_arrived_is_always_told_and_what_never_did_is_not(services, upload, now) -> None:
    unfinished = a_record(services, upload.case_id)
    with services.database.transaction() as tx:
        store.change(tx, upload.id, state=State.CANCELLED.value)
        store.change(tx, unfinished.id, state=State.RECEIVING.value, received_at=None)
    with services.database.read() as tx:
        assert [each.id for each in store.ever_received(tx, upload.case_id)] == [upload.id]
        assert [each.id for each in store.of_case(tx, upload.case_id)] == [unfinished.id]


def test_the_answers_beside_a_list_are_no_items_of_any(services) -> None:
    known = {item.id for each in services.knowledge.specialties for item in services.knowledge.checklist(each.id)}
    assert not known & {described.SOMETHING_ELSE, described.UNKNOWN}
