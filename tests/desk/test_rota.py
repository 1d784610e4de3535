"""Who is at the desk: people who are away, who stands in, and who reads letters. Never nobody where anybody can."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from intake.desk import rota
from intake.desk.coordinators import Coordinator, DeskRole, State

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def somebody(name: str, *, lead: bool = False, away: bool = False, stand_in: str | None = None) -> Coordinator:
    """An account of this id, enrolled."""
    role = DeskRole.LEAD if lead else DeskRole.COORDINATOR
    one = Coordinator(name, name, f"{name}@clinic.example", "en", State.ENROLLED, NOW - DAY, role)
    return replace(one, away_from=NOW - DAY, away_until=NOW + DAY, stand_in=stand_in) if away else one


def test_somebody_is_away_from_the_first_moment_to_before_the_last() -> None:
    one = replace(somebody("ines"), away_from=NOW, away_until=NOW + DAY)
    moments = (NOW - timedelta(seconds=1), NOW, NOW + DAY - timedelta(seconds=1), NOW + DAY)
    assert [one.is_away(moment) for moment in moments] == [False, True, True, False]
    assert replace(one, away_until=None).is_away(NOW + 400 * DAY)


def test_letters_about_a_case_go_to_who_has_it() -> None:
    people = [somebody("ines"), somebody("lea", lead=True)]
    assert rota.readers(people, "ines", NOW) == [people[0]]


def test_while_somebody_is_away_letters_go_to_who_stands_in_else_to_the_leads() -> None:
    omar, lea = somebody("omar"), somebody("lea", lead=True)
    assert rota.readers([somebody("ines", away=True, stand_in="omar"), omar, lea], "ines", NOW) == [omar]
    assert rota.readers([somebody("ines", away=True), omar, lea], "ines", NOW) == [lea]
    both_away = [somebody("ines", away=True, stand_in="omar"), somebody("omar", away=True), lea]
    assert rota.readers(both_away, "ines", NOW) == [lea]


def test_a_case_of_nobody_is_told_to_everybody_who_is_there() -> None:
    people = [somebody("ines"), somebody("omar", away=True), somebody("lea", lead=True)]
    assert rota.readers(people, None, NOW) == [people[0], people[2]]


def test_when_everybody_is_away_everybody_is_told() -> None:
    people = [somebody("ines", away=True), somebody("omar", away=True)]
    assert rota.readers(people, None, NOW) == rota.readers(people, "ines", NOW) == people


PEOPLE = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, "0", "1", "2"]), st.sampled_from(list(State))),
    max_size=4,
)


@given(PEOPLE, st.sampled_from([None, "0", "1", "3", "nobody"]))
def test_somebody_always_reads_a_letter_if_anybody_can_sign_in(drawn, owner) -> None:
    people = [
        replace(somebody(str(number), lead=lead, away=away, stand_in=stand_in), state=state)
        for number, (lead, away, stand_in, state) in enumerate(drawn)
    ]
    readers = rota.readers(people, owner, NOW)
    assert bool(readers) == any(one.state is State.ENROLLED for one in people)
    assert all(one.state is State.ENROLLED for one in readers)
