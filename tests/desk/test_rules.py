"""Rules of routing: the first that fits and has somebody, the least loaded of those; and never nobody."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.desk import coordinators, rules
from intake.desk.coordinators import State
from intake.desk.rules import Choice, Facts, Routing, Rule
from intake.errors import NotYours
from tests.desk.test_rota import NOW, somebody

FACTS = Facts("es", "heart", "PT", "clinic-one")
INES, OMAR, LEA = somebody("ines"), somebody("omar"), somebody("lea", lead=True)
ALL = [INES, OMAR, LEA]


def chosen(*rule: Rule, people=ALL, loads=None, fallback=(), facts=FACTS) -> Choice | None:
    return rules.choose(Routing(rule, fallback), people, loads or {}, facts, NOW)


@pytest.mark.parametrize("condition", ["language", "specialty", "country", "partner"])
def test_a_rule_fits_by_each_of_its_conditions(condition: str) -> None:
    rule = Rule(people=("ines",), **{condition: getattr(FACTS, condition)})
    assert chosen(rule, fallback=("omar",)) == Choice("ines", 1)
    assert chosen(replace(rule, **{condition: "other"}), fallback=("omar",)) == Choice("omar", 0)


def test_every_condition_must_be_met() -> None:
    rule = Rule(language="es", country="US", people=("ines",))
    assert chosen(rule, fallback=("omar",)) == Choice("omar", 0)


def test_the_first_rule_that_fits_wins_and_of_its_people_the_one_with_the_fewest_cases() -> None:
    first, second = Rule(language="es", people=("ines", "omar")), Rule(people=("lea",))
    assert chosen(first, second, loads={"ines": 3, "omar": 1}) == Choice("omar", 1)
    assert chosen(second, first) == Choice("lea", 1)


def test_who_has_as_many_cases_as_a_rule_allows_is_passed_over() -> None:
    rule = Rule(people=("ines",), most=2)
    assert chosen(rule, loads={"ines": 1}, fallback=("omar",)) == Choice("ines", 1)
    assert chosen(rule, loads={"ines": 2}, fallback=("omar",)) == Choice("omar", 0)


def test_who_is_away_is_passed_over_or_the_stand_in_gets_the_case() -> None:
    rule = Rule(people=("ines",))
    assert chosen(rule, people=[somebody("ines", away=True), OMAR], fallback=()) == Choice("omar", 0)
    assert chosen(rule, people=[somebody("ines", away=True, stand_in="lea"), OMAR, LEA]) == Choice("lea", 1)


def test_when_everybody_is_away_the_lead_gets_the_case() -> None:
    people = [somebody("ines", away=True), somebody("omar", away=True), somebody("lea", lead=True, away=True)]
    assert chosen(Rule(people=("ines",)), people=people) == Choice("lea", 0)


def test_a_person_of_a_rule_who_has_left_gets_nothing() -> None:
    assert chosen(Rule(people=("gone",)), people=[OMAR]) == Choice("omar", 0)


IDS = st.sampled_from(["0", "1", "2", "gone"])
RULE = st.builds(
    Rule, st.sampled_from(["", "es", "en"]), st.sampled_from(["", "heart"]), st.sampled_from(["", "PT", "US"]),
    st.just(""), st.sampled_from([None, 1, 2]), st.lists(IDS, max_size=2).map(tuple),
)  # fmt: skip
PERSON = st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, "0", "2"]), st.sampled_from(list(State)))


@given(st.lists(RULE, max_size=4), st.lists(IDS, max_size=2), st.lists(PERSON, max_size=3),
       st.dictionaries(IDS, st.integers(0, 3)))  # fmt: skip
def test_the_fallback_is_never_empty_while_anybody_can_sign_in(drawn, fallback, people, loads) -> None:
    there = [
        replace(somebody(str(number), lead=lead, away=away, stand_in=stand_in), state=state)
        for number, (lead, away, stand_in, state) in enumerate(people)
    ]
    choice = rules.choose(Routing(tuple(drawn), tuple(fallback)), there, loads, FACTS, NOW)
    enrolled = {one.id for one in there if one.state is State.ENROLLED}
    assert (choice is None) == (not enrolled)
    assert choice is None or choice.coordinator_id in enrolled


@pytest.fixture
def two(database, keys, ring, now):
    with database.transaction() as tx:
        return [coordinators.invite(tx, keys, ring, n, f"{n}@clinic.example", "en", now).id for n in ("ines", "omar")]


def test_rules_are_read_back_in_their_order_and_change_places(database, two) -> None:
    ines, omar = two
    with database.transaction() as tx:
        assert not rules.read(tx).is_set
        first = rules.add(tx, Rule("es", "heart", "PT", "clinic-one", 3, (ines, omar)))
        second = rules.add(tx, Rule(people=(omar,)))
        rules.set_fallback(tx, (ines,))
    with database.read() as tx:
        found = rules.read(tx)
    assert [one.id for one in found.rules] == [first.id, second.id] and found.fallback == (ines,) and found.is_set
    assert replace(found.rules[0], people=()) == replace(first, people=()) and set(found.rules[0].people) == set(two)
    with database.transaction() as tx:
        rules.raise_up(tx, second.id)
        rules.raise_up(tx, second.id)
        assert [one.id for one in rules.read(tx).rules] == [second.id, first.id]
        rules.remove(tx, second.id)
        assert [one.id for one in rules.read(tx).rules] == [first.id]


def test_who_leaves_is_taken_out_of_rules_and_fallback(database, two) -> None:
    ines, omar = two
    with database.transaction() as tx:
        rules.add(tx, Rule(people=(ines, omar)))
        rules.set_fallback(tx, (ines,))
        rules.forget_person(tx, ines)
        found = rules.read(tx)
    assert found.rules[0].people == (omar,) and found.fallback == ()


def test_a_rule_that_is_not_there_cannot_be_moved_or_removed(database) -> None:
    for act in (rules.raise_up, rules.remove):
        with database.transaction() as tx, pytest.raises(NotYours):
            act(tx, "no-such-rule")
