"""Who is at the desk at a moment: people who are away, who stands in for them, and who reads the letters about a case.

Decides from what it is given and reads nothing. Where anybody can sign in, the answer is never nobody.
"""

from datetime import datetime

from intake.desk.coordinators import Coordinator, State


def present(people: list[Coordinator], now: datetime) -> list[Coordinator]:
    """Everybody who can sign in and is not away."""
    return [one for one in people if one.state is State.ENROLLED and not one.is_away(now)]


def at_hand(people: list[Coordinator], coordinator_id: str, now: datetime) -> Coordinator | None:
    """This person, or, while they are away, who stands in for them; None if that one is not there either."""
    here = {one.id: one for one in present(people, now)}
    asked = next((one for one in people if one.id == coordinator_id), None)
    if coordinator_id in here or asked is None:
        return here.get(coordinator_id)
    return here.get(asked.stand_in or "") if asked.is_away(now) else None


def readers(people: list[Coordinator], coordinator_id: str | None, now: datetime) -> list[Coordinator]:
    """Who reads a letter about a case of this coordinator: they or who stands in; else the leads who are there, else
    everybody who is there, else everybody who can sign in. A case of nobody is told to everybody who is there.
    """
    enrolled, here = [one for one in people if one.state is State.ENROLLED], present(people, now)
    theirs = at_hand(people, coordinator_id, now) if coordinator_id else None
    if theirs is not None:
        return [theirs]
    owned = any(one.id == coordinator_id for one in enrolled)
    leads = [one for one in here if one.is_lead] if owned else []
    return leads or here or enrolled
