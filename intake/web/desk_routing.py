"""The rules by which new cases find a coordinator. Everybody at the desk reads them; leads change them."""

import re

from flask import Blueprint, Response, redirect, request, url_for

from intake import journal
from intake.db import Tx
from intake.desk import coordinators, rules
from intake.desk.coordinators import State, actor
from intake.desk.rules import Rule
from intake.errors import SessionMissing
from intake.forms.csrf import STALE_PAGE
from intake.journal import Event
from intake.languages import N_
from intake.web.pages import language, page, say
from intake.web.security import csrf_ok, need_csrf, services
from intake.web.sign_in import need_coordinator, need_lead, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_routing", __name__, url_prefix="/desk/routing")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

SLUG = re.compile(r"[a-z0-9-]{0,60}")
MOST_CASES = 9999


@blueprint.get("")
def routing() -> Response:
    """The rules in their order, and the form for one more."""
    return _routing_page(need_coordinator())


@blueprint.post("/add")
def add() -> Response:
    """One more rule, behind the others. What was typed stays when something is missing."""
    who = need_lead()
    rule = _typed_rule()
    if mistakes := _mistakes(rule):
        return _routing_page(who, 422, mistakes)
    with services().database.transaction() as tx:
        rules.add(tx, rule)
        _write_down(tx, who, "added")
    return _back("added")


@blueprint.post("/<rule_id>/raise")
def raise_up(rule_id: str) -> Response:
    """Before the one above it."""
    need_csrf("rule")
    who = need_lead()
    with services().database.transaction() as tx:
        rules.raise_up(tx, rule_id)
        _write_down(tx, who, "raised")
    return _back("changed")


@blueprint.post("/<rule_id>/remove")
def remove(rule_id: str) -> Response:
    """Take a rule away."""
    need_csrf("rule")
    who = need_lead()
    with services().database.transaction() as tx:
        rules.remove(tx, rule_id)
        _write_down(tx, who, "removed")
    return _back("changed")


@blueprint.post("/fallback")
def fallback() -> Response:
    """Who gets what no rule gives away."""
    need_csrf("fallback")
    who = need_lead()
    with services().database.transaction() as tx:
        rules.set_fallback(tx, _people(tx))
        _write_down(tx, who, "fallback")
    return _back("changed")


def _routing_page(who: str, status: int = 200, mistakes: tuple[tuple[str, str], ...] = ()) -> Response:
    house = services()
    with house.database.read() as tx:
        found, people = rules.read(tx), coordinators.everyone(tx, house.keys)
    me = next(one for one in people if one.id == who)
    typed = {name: request.form.get(name, "") for name in ("language", "specialty", "country", "partner", "most")}
    enrolled = [one for one in people if one.state is State.ENROLLED]
    return page(
        "desk/routing.html", status, routing=found, people=enrolled, me=me, mistakes=mistakes, typed=typed,
        chosen=request.form.getlist("people"), names={one.id: one.name for one in people},
        countries=house.languages.country_names(language()), said=request.args.get("said", ""),
    )  # fmt: skip


def _typed_rule() -> Rule:
    """The rule as it was typed; what is offered in a list and is not on it counts as left open."""
    house, given = services(), request.form
    specialties = {each.id for each in house.knowledge.specialties}
    countries = {code for code, _ in house.languages.country_names("en")}

    def one_of(name: str, known: set[str]) -> str:
        return given.get(name, "") if given.get(name, "") in known else ""

    most = given.get("most", "").strip()
    with house.database.read() as tx:
        people = _people(tx)
    return Rule(
        one_of("language", set(house.languages.offered)), one_of("specialty", specialties),
        one_of("country", countries), given.get("partner", "").strip().lower(),
        int(most) if most.isascii() and most.isdigit() and len(most) <= 4 else (-1 if most else None), people,
    )  # fmt: skip


def _mistakes(rule: Rule) -> tuple[tuple[str, str], ...]:
    found = []
    if not rule.people:
        found.append(("people", say(N_("Choose at least one person."))))
    if not SLUG.fullmatch(rule.partner):
        found.append(("partner", say(N_("Type the partner’s name as it stands in the links: a–z, 0–9 and hyphens."))))
    if rule.most is not None and not 0 < rule.most <= MOST_CASES:
        found.append(("most", say(N_("Type a number from 1 to %(most)s, or leave it empty."), most=MOST_CASES)))
    if not csrf_ok("add-rule", request.form.get("csrf_token", "")):
        found.append(("", say(STALE_PAGE)))
    return tuple(found)


def _people(tx: Tx) -> tuple[str, ...]:
    known = [one.id for one in coordinators.enrolled(tx, services().keys)]
    return tuple(one for one in known if one in request.form.getlist("people"))


def _write_down(tx: Tx, who: str, what: str) -> None:
    journal.write(tx, Event.ROUTING_CHANGED, services().clock(), actor=actor(who), what=what)


def _back(said: str) -> Response:
    return redirect(url_for("desk_routing.routing", said=said), 303)
