"""The verbs of a case: one transaction each, one case a draft, every letter with its act."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from intake import journal
from intake.cases import consent, letters, lifecycle, store
from intake.cases import draft as drafts
from intake.cases.case import MOVES, Stage, Turn
from intake.cases.draft import DraftState
from intake.cases.house import House
from intake.desk import coordinators
from intake.errors import KeyGone, MoveNotAllowed, ReasonMissing
from intake.journal import Event
from intake.links import grants
from intake.links.tokens import Purpose
from intake.mail.outbox import letters as outbox_table
from tests.builders import WAY, a_case, a_draft, a_request

pytestmark = pytest.mark.usefixtures("database")


def _letters(services) -> list[str]:
    with services.database.read() as tx:
        return [row.letter for row in tx.all(select(outbox_table.c.letter).order_by(outbox_table.c.made_at))]


def _confirmed(services, now: datetime) -> drafts.Draft:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        drafts.confirm_address(tx, services.keys, draft)
        return drafts.read_draft(tx, services.keys, draft.id, now)


def _send(services, draft_id: str, now: datetime):
    with services.database.transaction() as tx:
        draft = drafts.read_draft(tx, services.keys, draft_id, now, to_change=True)
        request = None if draft.state is DraftState.SENT else a_request(services, draft)
        return lifecycle.send_draft(tx, services, draft, request, now)


def test_the_services_have_the_shape_that_the_verbs_need(services) -> None:
    house: House = services
    assert house.settings is services.settings


def test_a_send_from_an_unknown_address_parks_the_draft_and_asks_to_confirm(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
    assert _send(services, draft.id, now) is None
    assert _send(services, draft.id, now) is None
    assert _letters(services) == ["confirm_address"]


def test_a_send_from_a_confirmed_address_opens_the_case_with_all_that_belongs_to_it(services, now: datetime) -> None:
    draft = _confirmed(services, now)
    case = _send(services, draft.id, now)
    with services.database.read() as tx:
        assert store.case_by_id(tx, draft.case_id) == case
        assert store.read_answers(tx, services.keys, case) == draft.answers
        assert store.read_address(tx, services.keys, case) == draft.address
        agreed = {each.purpose for each in consent.given(tx, case.id)}
        events = [line.event for line in journal.lines(tx, case.id)]
        assert journal.first_broken(tx) is None
    assert agreed == {"review", "abroad", "contact", "statement"}
    assert (case.stage, case.turn) == (Stage.OPENED, Turn.PATIENT)
    assert sorted(_letters(services)) == ["case_opened", "desk_case_opened"]
    assert Event.CASE_OPENED in events and events.count(Event.CONSENT_GIVEN) == 4


def test_two_hundred_sends_of_one_draft_make_one_case_and_one_set_of_letters(services, now: datetime) -> None:
    draft = _confirmed(services, now)
    with ThreadPoolExecutor(32) as pool:
        sent = list(pool.map(lambda _: _send(services, draft.id, now), range(200)))
    assert len({case.reference for case in sent}) == 1
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(store.cases)) == 1
    assert sorted(_letters(services)) == ["case_opened", "desk_case_opened"]


def test_when_a_letter_cannot_be_written_nothing_is_opened(services, now: datetime, monkeypatch) -> None:
    draft = _confirmed(services, now)
    monkeypatch.setattr(type(services.letters), "compose", lambda *_, **__: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        _send(services, draft.id, now)
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(store.cases)) == 0
        assert drafts.read_draft(tx, services.keys, draft.id, now).answers == draft.answers


@pytest.mark.parametrize(("old", "new"), [pair for pair in product(WAY, Stage) if pair[1] is not Stage.ERASED])
def test_a_case_moves_only_along_the_table(services, now: datetime, old: Stage, new: Stage) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=old)
    if new in MOVES[old]:
        with services.database.transaction() as tx:
            assert lifecycle.move_case(tx, services, case.id, new, "test", now).stage is new
    else:
        with pytest.raises(MoveNotAllowed), services.database.transaction() as tx:
            lifecycle.move_case(tx, services, case.id, new, "test", now)
        with services.database.read() as tx:
            assert store.case_by_id(tx, case.id).stage is old


@pytest.mark.parametrize(("reason", "elsewhere"), [("", "Ask X."), ("because", "Ask X."), ("other", "  ")])
def test_declining_needs_a_reason_and_a_way_on(services, now: datetime, reason: str, elsewhere: str) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    with pytest.raises(ReasonMissing), services.database.transaction() as tx:
        lifecycle.decline_case(tx, services, case.id, reason, elsewhere, "test", now)


def test_a_declined_case_keeps_its_reason_and_takes_no_more_records(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.DECLINED)
    with services.database.read() as tx:
        case = store.case_by_id(tx, case.id)
        assert case.declined_reason == "other"
        assert store.read_elsewhere(tx, services.keys, case) == "Ask your own hospital."
        assert grants.standing(tx, Purpose.UPLOAD, case.id, now) is None
    assert _letters(services)[-1] == "case_declined"


def test_a_case_is_claimed_by_one_coordinator_only(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)

    def claim(who: str) -> bool:
        with services.database.transaction() as tx:
            return lifecycle.claim_case(tx, case.id, who, now)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, [f"coordinator-{n}" for n in range(8)])) == [False] * 7 + [True]


def test_records_declared_complete_without_any_move_the_case_on(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        assert lifecycle.declare_records_complete(tx, services, case.id, now).stage is Stage.RECORDS_IN
        assert lifecycle.declare_records_complete(tx, services, case.id, now).stage is Stage.RECORDS_IN
    assert _letters(services).count("records_in") == _letters(services).count("desk_records_in") == 1


def test_every_enrolled_coordinator_hears_of_a_new_case(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        for number in range(2):
            person = coordinators.invite(
                tx, services.keys, services.ring, f"Coordinator {number}", f"c{number}@example.org", "en", now
            )
            coordinators.mark_enrolled(tx, person.id, now)
        a_case(tx, services, now)
    assert _letters(services).count("desk_case_opened") == 2


def test_each_change_of_stage_gives_the_case_its_time_again(services, now: datetime) -> None:
    later = now + timedelta(days=40)
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        moved = lifecycle.move_case(tx, services, case.id, Stage.RECORDS_IN, "test", later)
        assert moved.purge_at - later == case.purge_at - now
        assert grants.standing(tx, Purpose.CASE, case.id, now).expires_at == moved.purge_at


def test_however_often_it_is_asked_for_one_address_gets_only_so_many_letters_a_day(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now)
        for _ in range(30):
            letters.send_way_back(tx, services, draft, now)
    assert len(_letters(services)) == letters.ASKED_FOR_A_DAY
    with services.database.transaction() as tx:
        letters.send_way_back(tx, services, draft, now + timedelta(days=1, seconds=1))
    assert len(_letters(services)) == letters.ASKED_FOR_A_DAY + 1


def test_once_the_case_is_open_the_draft_cannot_be_read_even_from_a_back_up(services, now: datetime) -> None:
    draft = _confirmed(services, now)
    _send(services, draft.id, now)
    with pytest.raises(KeyGone):
        services.keys.get(draft.key_owner)


def test_when_a_send_is_rolled_back_the_draft_keeps_its_key(services, now: datetime, monkeypatch) -> None:
    draft = _confirmed(services, now)
    monkeypatch.setattr(type(services.letters), "compose", lambda *_, **__: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        _send(services, draft.id, now)
    assert services.keys.get(draft.key_owner)
