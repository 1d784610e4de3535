"""Rules of routing: to whom a new case goes, by language, specialty, country, partner and load. Kept in rows, in order.

`choose` decides from what it is given: the first rule that fits and has somebody at hand, else the people of the
fallback, else everybody who is there, else everybody who can sign in: never nobody where anybody can.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, func, insert, select, update

from intake.db import Tx, metadata
from intake.desk import rota
from intake.desk.coordinators import Coordinator, State
from intake.errors import NotYours

FALLBACK = "fallback"

routing_rules = Table(
    "routing_rules",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("language", String(12), nullable=False),
    Column("specialty", String(40), nullable=False),
    Column("country", String(2), nullable=False),
    Column("partner", String(60), nullable=False),
    Column("most", Integer, nullable=True),
)

routing_people = Table(
    "routing_people",
    metadata,
    Column("rule_id", String(32), primary_key=True),  # of a rule, or FALLBACK
    Column("coordinator_id", String(32), ForeignKey("coordinators.id"), primary_key=True),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at. Ids and codes; none of them is kept with a rule's use."""

    language: str
    specialty: str
    country: str
    partner: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. An empty condition fits every case; `most` cases at work are enough for one person, None: no limit."""

    language: str = ""
    specialty: str = ""
    country: str = ""
    partner: str = ""
    most: int | None = None
    people: tuple[str, ...] = ()
    id: str = ""

    def fits(self, facts: Facts) -> bool:
        """Whether every condition that the rule has is met."""
        return all(
            not wanted or wanted == getattr(facts, name)
            for name, wanted in (
                ("language", self.language), ("specialty", self.specialty), ("country", self.country),
                ("partner", self.partner),
            )
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Routing:
    """All rules in their order, and who gets what no rule gives away (empty: everybody at the desk)."""

    rules: tuple[Rule, ...] = ()
    fallback: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        """Whether anything was set. While nothing is, new cases belong to nobody and everybody is told of them."""
        return bool(self.rules or self.fallback)


@dataclass(frozen=True, slots=True)
class Choice:
    """To whom a case goes, and by which rule: its number in the order from 1, or 0 for the fallback."""

    coordinator_id: str
    rule: int


def choose(
    routing: Routing, people: list[Coordinator], loads: Mapping[str, int], facts: Facts, now: datetime
) -> Choice | None:
    """To whom a case goes: the least loaded of those who may have it. None only if nobody can sign in."""

    def least(candidates: list[Coordinator]) -> str:
        return min(candidates, key=lambda one: (loads.get(one.id, 0), one.id)).id

    def of(ids: tuple[str, ...]) -> list[Coordinator]:
        found = (rota.at_hand(people, each, now) for each in ids)
        return [one for one in found if one is not None]

    for number, rule in enumerate(routing.rules, start=1):
        if rule.fits(facts):
            free = [one for one in of(rule.people) if rule.most is None or loads.get(one.id, 0) < rule.most]
            if free:
                return Choice(least(free), number)
    enrolled = [one for one in people if one.state is State.ENROLLED]
    anybody = of(routing.fallback) or rota.present(people, now) or [one for one in enrolled if one.is_lead] or enrolled
    return Choice(least(anybody), 0) if anybody else None


def read(tx: Tx) -> Routing:
    """All rules, in their order."""
    people: dict[str, list[str]] = {}
    for row in tx.all(select(routing_people).order_by(routing_people.c.coordinator_id)):
        people.setdefault(row.rule_id, []).append(row.coordinator_id)
    rows = tx.all(select(routing_rules).order_by(routing_rules.c.place, routing_rules.c.id))
    rules = (
        Rule(row.language, row.specialty, row.country, row.partner, row.most, tuple(people.get(row.id, ())), row.id)
        for row in rows
    )
    return Routing(tuple(rules), tuple(people.get(FALLBACK, ())))


def add(tx: Tx, rule: Rule) -> Rule:
    """A new rule behind all others."""
    kept = replace(rule, id=secrets.token_urlsafe(12))
    row = {
        "id": kept.id, "place": (tx.scalar(select(func.max(routing_rules.c.place))) or 0) + 1,
        "language": kept.language, "specialty": kept.specialty, "country": kept.country, "partner": kept.partner,
        "most": kept.most,
    }  # fmt: skip
    tx.execute(insert(routing_rules), row)
    _set_people(tx, kept.id, kept.people)
    return kept


def raise_up(tx: Tx, rule_id: str) -> None:
    """Put a rule before the one that stands before it; the first stays. Raises NotYours if there is none like it."""
    order = [row.id for row in tx.all(select(routing_rules.c.id).order_by(routing_rules.c.place, routing_rules.c.id))]
    if rule_id not in order:
        raise NotYours
    at = order.index(rule_id)
    order.insert(max(0, at - 1), order.pop(at))
    for place, each in enumerate(order, start=1):
        tx.execute(update(routing_rules).where(routing_rules.c.id == each).values(place=place))


def remove(tx: Tx, rule_id: str) -> None:
    """Take a rule away. Raises NotYours if there is none like it."""
    tx.execute(delete(routing_people).where(routing_people.c.rule_id == rule_id))
    if tx.execute(delete(routing_rules).where(routing_rules.c.id == rule_id)).rowcount == 0:
        raise NotYours


def set_fallback(tx: Tx, people: tuple[str, ...]) -> None:
    """Who gets what no rule gives away; nobody named means everybody at the desk."""
    _set_people(tx, FALLBACK, people)


def forget_person(tx: Tx, coordinator_id: str) -> None:
    """Take somebody out of every rule and of the fallback; a rule that has nobody left fits no case any more."""
    tx.execute(delete(routing_people).where(routing_people.c.coordinator_id == coordinator_id))


def _set_people(tx: Tx, rule_id: str, people: tuple[str, ...]) -> None:
    tx.execute(delete(routing_people).where(routing_people.c.rule_id == rule_id))
    for each in dict.fromkeys(people):
        tx.execute(insert(routing_people), {"rule_id": rule_id, "coordinator_id": each})
