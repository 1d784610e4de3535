"""After sending, a missing record can be said not to be had; it stands where everybody reads it, and is taken back."""

import pytest

from intake import journal
from intake.cases import held_items, store
from intake.cases.case import Stage
from intake.errors import MoveNotAllowed
from intake.journal import Event
from tests.builders import a_case


def held(services, case):
    with services.database.read() as tx:
        return store.read_answers(tx, services.keys, case)["records"]["items_held"]


def test_what_is_said_stands_with_the_answers_and_everything_else_stays(services, database, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    with services.database.read() as tx:
        before = store.read_answers(tx, services.keys, case)
    for said in ("have-not", "have-not", "can-get"):
        with services.database.transaction() as tx:
            held_items.say_of_item(tx, services, case.id, "scan-reports", said, "requester", now)
    with services.database.read() as tx:
        after = store.read_answers(tx, services.keys, case)
        told = [line.facts for line in journal.lines(tx, case.id) if line.event == Event.ITEM_SAID]
        (raw,) = tx.all(store.cases.select().with_only_columns(store.cases.c.answers))
    assert after["records"]["items_held"] == before["records"]["items_held"] | {"scan-reports": "can-get"}
    assert {**after, "records": None} == {**before, "records": None}
    assert told == [{"said": "have-not"}, {"said": "can-get"}], "twice is once, and the record is not named"
    assert b"scan-reports" not in raw.answers


@pytest.mark.parametrize("stage", [Stage.REPORTED, Stage.CLOSED, Stage.WITHDRAWN, Stage.DECLINED])
def test_a_case_that_takes_no_records_keeps_what_it_has(services, now, stage) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=stage)
    before = held(services, case)
    with services.database.transaction() as tx, pytest.raises(MoveNotAllowed):
        held_items.say_of_item(tx, services, case.id, "scan-reports", "have-not", "requester", now)
    assert held(services, case) == before


@pytest.mark.parametrize("said", ["", "have", "unknown", "nonsense"])
def test_nothing_else_can_be_said(services, now, said) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    with services.database.transaction() as tx, pytest.raises(MoveNotAllowed):
        held_items.say_of_item(tx, services, case.id, "scan-reports", said, "requester", now)
