"""After sending: what the requester says of a record of the list that is missing. Nobody waits for what cannot be had.

It stands with the answers of the request, where the specialist's page, the list and the desk read it.
"""

from datetime import datetime

from intake import journal
from intake.cases import store
from intake.cases.completeness import CAN_GET, HAVE_NOT
from intake.cases.house import House
from intake.db import Tx
from intake.errors import MoveNotAllowed
from intake.journal import Event

SAYS = frozenset({CAN_GET, HAVE_NOT})


def say_of_item(tx: Tx, house: House, case_id: str, item_id: str, said: str, actor: str, now: datetime) -> None:
    """Keep what is said of one item of the list: it can be got, or cannot. The caller knows that the item is on it.

    Saying the same twice is once. Raises MoveNotAllowed for another word, and for a case that takes no records.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    if said not in SAYS or not case.takes_records:
        raise MoveNotAllowed
    answers = store.read_answers(tx, house.keys, case)
    records = answers.get("records", {})
    held = records.get("items_held") or {}
    if held.get(item_id) == said:
        return
    store.write_answers(
        tx, house.keys, case, answers | {"records": records | {"items_held": held | {item_id: said}}}
    )  # fmt: skip
    journal.write(tx, Event.ITEM_SAID, now, actor=actor, subject=case_id, said=said)
