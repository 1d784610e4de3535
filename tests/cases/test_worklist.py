"""The list of the desk, page by page: everything once, in one order, whatever moves; and no look goes through all."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, insert, text

from intake.cases import awaiting, store, worklist
from intake.cases.case import TURN_OF, Case, Stage, Turn
from intake.cases.worklist import OVER_STAGES, Place, Wanted, Whose

ME, OTHER = "coordinator-one", "coordinator-two"
WANTED = [
    Wanted(), Wanted(ME, Whose.MINE), Wanted(ME, Whose.NOBODYS), Wanted(late=True), Wanted(turn=Turn.PATIENT),
    Wanted(turn=Turn.NOBODY), Wanted(stage=Stage.OPENED), Wanted(stage=Stage.CLOSED),
    Wanted(ME, Whose.MINE, Turn.COORDINATOR, Stage.RECORDS_IN, True), Wanted(ME, Whose.MINE, stage=Stage.DECLINED),
    Wanted(turn=Turn.SPECIALIST, stage=Stage.OPENED),
]  # fmt: skip


@pytest.fixture
def many(database, now: datetime) -> list[Case]:
    """Cases of every kind, many with the same moments; put in as rows, since only the list is looked at."""
    chance, rows = random.Random(7), []
    for number in range(160):
        stage = chance.choice(list(Stage))
        turn = Turn.PATIENT if chance.random() < 0.2 and stage not in OVER_STAGES else TURN_OF[stage][0]
        due = None if stage in OVER_STAGES else now + timedelta(days=chance.randint(-4, 4))
        owner, urgent = chance.choice([ME, OTHER, None]), stage not in OVER_STAGES and chance.random() < 0.2
        rows.append(a_row(number, stage, turn, due, owner, urgent, now - timedelta(days=chance.randint(0, 5))))
    with database.transaction() as tx:
        tx.execute(insert(store.cases), rows)
    with database.read() as tx:
        return [store.case_by_id(tx, row["id"]) for row in rows]


def a_row(number: int, stage: Stage, turn: Turn, due, owner, urgent: bool, at: datetime) -> dict[str, object]:
    """A case as the list sees it; nobody's, and nothing in it."""
    ids = {"id": f"{number * 7919 % 1000:03}-Case_{number}", "reference": f"R{number}", "draft_id": f"d{number}"}
    known = {"stage": stage.value, "turn": turn.value, "due_at": due, "coordinator_id": owner, "urgent": urgent}
    blank = {"answers": b"", "address": b"", "address_hash": "", "specialty_hash": "", "country_hash": ""}
    rest = {"language": "en", "form_version": "1", "opened_at": at, "stage_at": at, "purge_at": at, "traits": ""}
    return ids | known | blank | rest | {"held_as_suspect": number % 40 == 0}


def fits(case: Case, wanted: Wanted, now: datetime) -> bool:
    """What the list is asked for, said once more in another way."""
    owner = {Whose.MINE: wanted.me, Whose.NOBODYS: None}.get(wanted.whose, case.coordinator_id)
    return (
        not case.held_as_suspect and case.coordinator_id == owner and wanted.turn in (None, case.turn)
        and wanted.stage in (None, case.stage) and (case.is_late(now) or not wanted.late)
    )  # fmt: skip


def walk(database, wanted: Wanted, now: datetime) -> list[list[str]]:
    """The pages, from the first to the last."""
    pages, after = [], None
    for _ in range(100):
        with database.read() as tx:
            page = worklist.read_page(tx, wanted, now, after=after, per_page=9)
        pages.append([case.id for case in page.cases])
        after = page.later
        if after is None:
            return pages
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("wanted", WANTED)
def test_every_case_stands_in_it_once_and_in_its_order(database, many, now, wanted) -> None:
    shown = [case_id for page in walk(database, wanted, now) for case_id in page]
    wished = {case.id: case for case in many if fits(case, wanted, now)}
    assert sorted(shown) == sorted(wished)
    places = [Place.of(wished[case_id]) for case_id in shown]
    parts = [place.part for place in places]
    assert parts == sorted(parts)
    for part in (worklist.URGENT, worklist.WAITING, worklist.OVER):
        moments = [place.at for place in places if place.part == part]
        assert moments == sorted(moments, reverse=part == worklist.OVER)


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(late=True), Wanted(ME, Whose.MINE)])
def test_the_pages_are_the_same_on_the_way_back(database, many, now, wanted) -> None:
    pages, back = walk(database, wanted, now), []
    with database.read() as tx:
        by_id = {case.id: case for case in many}
        page = worklist.read_page(tx, wanted, now, before=Place.of(by_id[pages[-1][0]]), per_page=9)
        for _ in range(len(pages)):
            back.append([case.id for case in page.cases])
            assert page.later == Place.of(page.cases[-1])
            if page.earlier is None:
                break
            page = worklist.read_page(tx, wanted, now, before=page.earlier, per_page=9)
    assert back[::-1] == pages[:-1]


def test_a_case_that_moves_meanwhile_makes_no_other_be_left_out(database, many, now) -> None:
    with database.read() as tx:
        first = worklist.read_page(tx, Wanted(), now, per_page=20)
    with database.transaction() as tx:
        store.change(tx, first.cases[3].id, due_at=now + timedelta(days=30), urgent=False)
    seen, after = {case.id for case in first.cases}, first.later
    while after is not None:
        with database.read() as tx:
            page = worklist.read_page(tx, Wanted(), now, after=after, per_page=20)
        seen, after = seen | {case.id for case in page.cases}, page.later
    assert seen == {case.id for case in many if not case.held_as_suspect}


def test_counts_are_exact_until_there_are_very_many(database, many, now) -> None:
    with database.read() as tx:
        counts = worklist.counts(tx, ME, now)
    open_still = [case for case in many if case.due_at and not case.held_as_suspect]
    assert counts["mine"] == sum(case.coordinator_id == ME for case in open_still)
    assert counts["nobody"] == sum(case.coordinator_id is None for case in open_still)
    assert counts["late"] == sum(case.is_late(now) for case in open_still)
    assert counts["patient"] == sum(case.turn is Turn.PATIENT for case in open_still)
    rows = [a_row(1000 + n, Stage.OPENED, Turn.PATIENT, now, None, False, now) for n in range(1, 120)]
    with database.transaction() as tx:
        tx.execute(insert(store.cases), [row for row in rows if not row["held_as_suspect"]])
    with database.read() as tx:
        assert worklist.counts(tx, ME, now)["nobody"] == worklist.MOST_COUNTED


NO_PLACES = ["", "1", "1.", "1.2", "3.2.a", "1.x.a", "1.-2.a", "1.2.", "1.2.a b", "1.2." + "a" * 65]


@pytest.mark.parametrize("said", NO_PLACES)
def test_what_is_no_place_is_none(said) -> None:
    assert Place.read(said) is None


def test_a_place_survives_the_address_bar(many) -> None:
    for case in many:
        assert Place.read(str(Place.of(case))) == Place.of(case)


@pytest.mark.parametrize("wanted", WANTED)
def test_no_look_at_the_list_goes_through_every_case(database, many, now, wanted) -> None:
    asked: list[tuple[str, object]] = []

    def note(connection, cursor, statement, parameters, context, executemany) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as tx:
        page = worklist.read_page(tx, wanted, now, per_page=5)
        worklist.read_page(tx, wanted, now, after=page.later, per_page=5)
        worklist.read_page(tx, wanted, now, before=page.earlier or page.later, per_page=5)
        worklist.counts(tx, ME, now)
        worklist.of_address(tx, "0" * 64)
        awaiting.count_suspects(tx)
    event.remove(database.engine, "before_cursor_execute", note)
    assert len(asked) > 10
    for plan in plans(database, asked):
        assert "Seq Scan" not in plan and "SCAN cases" not in plan, plan


def plans(database, asked: list[tuple[str, object]]) -> list[str]:
    """How the database would go about it, if a look through everything were dear."""
    found = []
    with database.read() as tx:
        if database.dialect == "postgresql":
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        how = "EXPLAIN " if database.dialect == "postgresql" else "EXPLAIN QUERY PLAN "
        for statement, parameters in asked:
            rows = tx.connection.exec_driver_sql(how + statement, parameters).all()
            found.append("\n".join(str(row[-1]) for row in rows))
    return found
