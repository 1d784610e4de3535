"""What leads do with accounts: invite, reset with a code told by voice, change roles, close; and what they may not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import accounts, store
from intake.cases.accounts import CODE_TRIES
from intake.desk import coordinators, passwords, rules
from intake.desk.coordinators import DeskRole, State
from intake.errors import AccountClosed, CodeNotRight, LeadNeeded, LinkExpired, NotForYourself
from intake.links import grants, sessions
from intake.links.sessions import Role
from intake.links.tokens import Purpose
from tests.builders import a_case

pytestmark = pytest.mark.usefixtures("database")


def an_account(services, name, *, role=DeskRole.COORDINATOR, enrolled=True):
    with services.database.transaction() as tx:
        email, now = f"{name}@clinic.example", services.clock()
        who = coordinators.invite(tx, services.keys, services.ring, name, email, "en", now, role=role)
        if enrolled:
            coordinators.mark_enrolled(tx, who.id, now)
        return who.id


@pytest.fixture
def lea(services):
    return an_account(services, "lea", role=DeskRole.LEAD)


@pytest.fixture
def ines(services):
    return an_account(services, "ines")


def state_of(services, who):
    with services.database.read() as tx:
        return coordinators.get(tx, services.keys, who)


def enrol_session(services, who, now):
    """A session as the link of the newest invitation makes it."""
    with services.database.transaction() as tx:
        grant = grants.standing(tx, Purpose.INVITE, who, now)
        secret = sessions.start(tx, Role.ENROL, who, now, grant=grant)
    with services.database.read() as tx:
        return sessions.read(tx, Role.ENROL, secret, now)


def reset(services, lead, who, now):
    with services.database.transaction() as tx:
        return accounts.reset(tx, services, lead, who, now)


def check(services, session, typed, now):
    with services.database.transaction() as tx:
        return accounts.check_code(tx, services, session, typed, now)


def test_a_lead_invites_and_the_letter_holds_a_link_that_works_once(services, lea, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        new = accounts.invite_by_lead(tx, services, lea, "Omar", "omar@clinic.example", "en", DeskRole.LEAD, now)
    assert (new.state, new.role) == (State.INVITED, DeskRole.LEAD)
    assert [letter.to for letter in outbox_letters("invite")] == ["omar@clinic.example"]


def test_inviting_somebody_who_works_here_sends_nothing(services, lea, ines, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        known = accounts.invite_by_lead(tx, services, lea, "X", "ines@clinic.example", "en", DeskRole.LEAD, now)
    assert (known.id, known.role) == (ines, DeskRole.COORDINATOR) and not outbox_letters("invite")


def test_after_a_reset_an_invitation_cannot_go_round_the_code(services, lea, ines, outbox_letters, now) -> None:
    reset(services, lea, ines, now)
    with services.database.transaction() as tx:
        accounts.invite_by_lead(tx, services, lea, "X", "ines@clinic.example", "en", DeskRole.LEAD, now)
        assert coordinators.code_asked(tx, ines) is not None
    assert not outbox_letters("invite")


@pytest.mark.parametrize("act", ["reset", "change_role", "sign_out", "close", "invite_by_lead"])
def test_only_a_lead_does_it(services, ines, act, now) -> None:
    other = an_account(services, "omar")
    more = {"change_role": (DeskRole.LEAD,), "invite_by_lead": ("x@clinic.example", "en", DeskRole.LEAD)}.get(act, ())
    with services.database.transaction() as tx, pytest.raises(LeadNeeded):
        getattr(accounts, act)(tx, services, ines, other, *more, now)
    assert state_of(services, other).state is State.ENROLLED


@pytest.mark.parametrize("act", ["reset", "change_role", "close"])
def test_nobody_does_it_to_themselves_so_one_lead_is_always_left(services, lea, act, now) -> None:
    more = (DeskRole.COORDINATOR,) if act == "change_role" else ()
    with services.database.transaction() as tx, pytest.raises(NotForYourself):
        getattr(accounts, act)(tx, services, lea, lea, *more, now)
    assert state_of(services, lea).is_lead


def test_a_lead_who_was_closed_closes_nobody(services, lea, now) -> None:
    other = an_account(services, "second", role=DeskRole.LEAD)
    with services.database.transaction() as tx:
        accounts.close(tx, services, lea, other, now)
    with services.database.transaction() as tx, pytest.raises(LeadNeeded):
        accounts.close(tx, services, other, lea, now)


def test_a_reset_takes_away_every_way_in_at_once(services, lea, ines, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        passwords.keep(tx, services.keys, ines, "4$00$00", b"1" * 20, 0, now)
        secret = sessions.start(tx, Role.DESK, ines, now)
    reset(services, lea, ines, now)
    with services.database.read() as tx:
        assert sessions.read(tx, Role.DESK, secret, now) is None and not passwords.has_one(tx, ines)
    assert state_of(services, ines).state is State.INVITED
    assert [letter.to for letter in outbox_letters("invite_again")] == ["ines@clinic.example"]
    assert [letter.to for letter in outbox_letters("desk_account")] == ["lea@clinic.example"]


def test_the_link_of_a_reset_opens_with_the_code_and_not_without(services, lea, ines, outbox_letters, now) -> None:
    code = reset(services, lea, ines, now).code
    assert code not in str(outbox_letters())
    session = enrol_session(services, ines, now)
    with services.database.transaction() as tx, pytest.raises(CodeNotRight):
        accounts.spend_invitation(tx, session, now)
    assert check(services, session, "2222-2222", now) == CODE_TRIES - 1
    assert check(services, session, f" {code.lower().replace('-', ' ')} ", now) is None
    with services.database.read() as tx:
        again = grants.standing(tx, Purpose.INVITE, ines, now)
    assert again is not None
    other = enrol_session(services, ines, now)
    with services.database.transaction() as tx, pytest.raises(CodeNotRight):
        accounts.spend_invitation(tx, other, now)  # the code was typed in another browser


def test_after_five_wrong_codes_the_link_is_over_even_with_the_right_one(services, lea, ines, now) -> None:
    code = reset(services, lea, ines, now).code
    session = enrol_session(services, ines, now)
    assert [check(services, session, "wrong", now) for _ in range(CODE_TRIES)] == [4, 3, 2, 1, 0]
    assert check(services, session, code, now) == 0
    with services.database.read() as tx:
        assert grants.standing(tx, Purpose.INVITE, ines, now) is None
    assert check(services, enrol_session_without_link(services, ines, now), code, now) == 0


def enrol_session_without_link(services, who, now):
    """A session to enrol that came from nowhere."""
    with services.database.transaction() as tx:
        secret = sessions.start(tx, Role.ENROL, who, now)
    with services.database.read() as tx:
        return sessions.read(tx, Role.ENROL, secret, now)


def test_a_code_of_one_account_opens_no_other(services, lea, ines, now) -> None:
    omar = an_account(services, "omar")
    code, _ = reset(services, lea, ines, now).code, reset(services, lea, omar, now)
    assert check(services, enrol_session(services, omar, now), code, now) == CODE_TRIES - 1


def test_enrolled_anew_the_code_has_done_its_work(services, lea, ines, now) -> None:
    session, code = None, reset(services, lea, ines, now).code
    session = enrol_session(services, ines, now)
    check(services, session, code, now)
    with services.database.transaction() as tx:
        coordinators.mark_enrolled(tx, ines, now)
        assert coordinators.code_asked(tx, ines) is None
        accounts.spend_invitation(tx, session, now)
    with services.database.transaction() as tx, pytest.raises(LinkExpired):
        accounts.spend_invitation(tx, session, now)


def test_a_change_of_role_is_told_and_holds_at_once(services, lea, ines, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        accounts.change_role(tx, services, lea, ines, DeskRole.LEAD, now)
        coordinators.need_lead(tx, ines)
        accounts.change_role(tx, services, lea, ines, DeskRole.LEAD, now)
    assert [letter.to for letter in outbox_letters("account_changed")] == ["ines@clinic.example"]


def test_a_closed_account_leaves_no_case_no_rule_and_no_way_in(services, lea, ines, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        store.claim(tx, case.id, ines)
        rules.add(tx, rules.Rule(people=(ines,)))
        secret = sessions.start(tx, Role.DESK, ines, now)
    with services.database.transaction() as tx:
        assert accounts.close(tx, services, lea, ines, now) == 1
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).coordinator_id == lea
        assert rules.read(tx).rules[0].people == ()
        assert sessions.read(tx, Role.DESK, secret, now) is None
        told = [(line.event, line.facts) for line in journal.lines(tx, case.id)][-1]
    assert told == ("case.routed", {"coordinator": lea, "rule": 0})
    assert [letter.to for letter in outbox_letters("desk_cases_given")] == ["lea@clinic.example"]
    with services.database.transaction() as tx, pytest.raises(AccountClosed):
        accounts.close(tx, services, lea, ines, now)


def test_when_the_operator_closes_the_last_account_its_cases_wait_for_anybody(services, ines, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        store.claim(tx, case.id, ines)
        assert accounts.close_by(tx, services, ines, accounts.OPERATOR, now) == 1
        assert store.case_by_id(tx, case.id).coordinator_id is None


def test_the_journal_says_who_did_what_and_names_nobody(services, lea, ines, now) -> None:
    reset(services, lea, ines, now)
    with services.database.read() as tx:
        rows = tx.all(select(journal.journal).order_by(journal.journal.c.number))
    assert ("coordinator.reset", f"coordinator:{lea}") in [(row.event, row.actor) for row in rows]
    assert not any("clinic" in row.facts or "ines" in row.facts.replace(ines, "") for row in rows)


def test_of_two_leads_who_close_each_other_at_once_one_comes_too_late(services, lea, now) -> None:
    other = an_account(services, "second", role=DeskRole.LEAD)

    def close(pair: tuple[str, str]) -> str:
        try:
            with services.database.transaction() as tx:
                accounts.close(tx, services, *pair, now)
        except (LeadNeeded, AccountClosed) as refused:
            return refused.code
        return "closed"

    with ThreadPoolExecutor(2) as both:
        said = list(both.map(close, [(lea, other), (other, lea)]))
    assert sorted(said) == ["closed", "lead_needed"]
