"""Letters that did not arrive: which, why in plain words, and what can be done; and cases that nobody has opened."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import awaiting, lost_letters, store
from intake.db import Tx
from intake.desk.coordinators import actor
from intake.errors import SessionMissing
from intake.mail import deliveries, outbox
from intake.mail.outbox import Undelivered
from intake.web.pages import page
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_letters", __name__, url_prefix="/desk")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

MOST_SHOWN = 100
IN_THE_BANNER = 5


@dataclass(frozen=True, slots=True)
class Post:
    """What the first page of the desk says of letters: some that did not arrive, how many in all, and the names of
    those at the desk whom letters do not reach.
    """

    lost: list[Undelivered]
    total: int
    cut_off: list[str]


def read_post(tx: Tx) -> Post:
    """Read it now."""
    now = services().clock()
    lost = outbox.undelivered(tx, now, IN_THE_BANNER)
    return Post(lost, outbox.count_undelivered(tx, now), lost_letters.cut_off(tx, services()))


@blueprint.get("/letters")
def letters() -> Response:
    """The list, newest first."""
    need_coordinator()
    with services().database.read() as tx:
        lost = outbox.undelivered(tx, services().clock(), MOST_SHOWN)
        cases = store.cases_by_ids(tx, (each.case_id for each in lost if each.case_id))
        cut_off = lost_letters.cut_off(tx, services())
    said = request.args.get("said", "")
    return page("desk/letters.html", lost=lost, cases=cases, cut_off=cut_off, most=MOST_SHOWN, said=said)


@blueprint.post("/letters/<letter_id>/again")
def again(letter_id: str) -> Response:
    """Try a letter again. Pressing it twice is harmless."""
    need_csrf("again")
    who, now = need_coordinator(), services().clock()
    with services().database.transaction() as tx:
        deliveries.replay(tx, [letter_id], now, actor=actor(who))
    return _back("again")


@blueprint.post("/letters/<letter_id>/done")
def done(letter_id: str) -> Response:
    """Its reader was reached in another way: it need not be shown any more. Pressing it twice is harmless."""
    need_csrf("done")
    who, now = need_coordinator(), services().clock()
    with services().database.transaction() as tx:
        outbox.close(tx, letter_id, now, actor=actor(who))
    return _back("done")


@blueprint.get("/unopened")
def unopened() -> Response:
    """Cases that nobody at the desk has opened, the longest waiting first."""
    need_coordinator()
    with services().database.read() as tx:
        found = awaiting.unopened(tx, MOST_SHOWN)
        post = read_post(tx)
    return page("desk/unopened.html", cases=found, post=post, most=MOST_SHOWN, now=services().clock())


def _back(said: str) -> Any:
    return redirect(url_for("desk_letters.letters", said=said), 303)
