"""New cases find a coordinator by the rules, once they are free; without a rule they wait for whoever is first."""

from dataclasses import replace

import pytest

from intake import journal
from intake.cases import awaiting, lifecycle, routing, store
from intake.cases.suspicion import Trait
from intake.desk import coordinators, rules
from intake.desk.rules import Facts, Rule
from tests.builders import a_case, a_draft, a_request
from tests.cases.test_accounts import an_account

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ines(services):
    return an_account(services, "ines")


@pytest.fixture
def omar(services):
    return an_account(services, "omar")


def add(services, rule):
    with services.database.transaction() as tx:
        rules.add(tx, rule)


def opened(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def test_without_a_rule_a_case_belongs_to_nobody_and_everybody_is_told(services, ines, omar, outbox_letters, now):
    assert opened(services, now).coordinator_id is None
    told = {letter.to for letter in outbox_letters("desk_case_opened")}
    assert told == {"ines@clinic.example", "omar@clinic.example"}


def test_a_rule_gives_the_case_away_as_it_opens_and_only_that_person_is_told(services, ines, omar, outbox_letters, now):
    add(services, Rule(specialty="bones-spine", country="PT", language="en", people=(omar,)))
    case = opened(services, now)
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).coordinator_id == case.coordinator_id == omar
        routed = [line for line in journal.lines(tx, case.id) if line.event == "case.routed"]
    assert [(line.actor, line.facts) for line in routed] == [("system", {"coordinator": omar, "rule": 1})]
    assert [letter.to for letter in outbox_letters("desk_case_opened")] == ["omar@clinic.example"]


def test_cases_are_shared_out_by_load(services, ines, omar, now):
    add(services, Rule(people=(ines, omar)))
    owners = [opened(services, now).coordinator_id for _ in range(4)]
    assert sorted(owners) == sorted([ines, omar] * 2)
    with services.database.read() as tx:
        assert awaiting.loads(tx) == {ines: 2, omar: 2}


def test_a_held_request_goes_to_nobody_before_somebody_has_looked(services, ines, outbox_letters, now):
    add(services, Rule(people=(ines,)))
    with services.database.transaction() as tx:
        draft = replace(a_draft(tx, services, now), traits=frozenset({Trait.TRAP.value}))
        case = lifecycle.confirm_draft(tx, services, draft, a_request(services, draft), now)
        assert case.held_as_suspect and case.coordinator_id is None
    assert not outbox_letters("desk_case_opened")
    with services.database.transaction() as tx:
        assert lifecycle.free_suspect(tx, services, case.id, "test", now).coordinator_id == ines
    assert [letter.to for letter in outbox_letters("desk_case_opened")] == ["ines@clinic.example"]


def test_letters_of_a_case_go_to_who_stands_in_while_its_coordinator_is_away(services, ines, omar, outbox_letters, now):
    add(services, Rule(people=(ines,)))
    case = opened(services, now)
    with services.database.transaction() as tx:
        coordinators.set_away(tx, ines, now, None, omar, now)
        lifecycle.move_case(tx, services, case.id, lifecycle.Stage.RECORDS_IN, "test", now)
    assert [letter.to for letter in outbox_letters("desk_records_in")] == ["omar@clinic.example"]
    assert opened(services, now).coordinator_id == omar


def test_a_case_that_somebody_has_is_not_given_away_again(services, ines, omar, now):
    case = opened(services, now)
    with services.database.transaction() as tx:
        lifecycle.claim_case(tx, case.id, ines, now)
    add(services, Rule(people=(omar,)))
    with services.database.transaction() as tx:
        held = store.case_by_id(tx, case.id)
        assert routing.route_case(tx, services, held, {}, now).coordinator_id == ines


def test_what_a_case_does_not_say_fits_rules_without_that_condition(services, now):
    case = opened(services, now)
    assert routing.facts_of(case, {}) == Facts("en", "", "", "")
