"""A shelf with something of everything that pages of the desk and of the patient's side show: synthetic people only.

Made with the real verbs, so that whatever a page draws could have come about.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update

from intake.cases import at_desk, call_backs, helpers, notes, parcels, replies, talking, viewers
from intake.cases.case import Case, Stage
from intake.cases.helpers import HelperKind
from intake.cases.notes import NoteKind
from intake.cases.store import cases
from intake.db import Tx
from intake.desk import coordinators, rules
from intake.desk.coordinators import DeskRole, actor
from intake.links import sessions
from intake.links.sessions import Role
from intake.mail import outbox
from intake.records import photo_sets
from intake.records.upload import Verdict
from intake.services import Services
from tests.builders import a_case, answers_for_another, filled_answers
from tests.web.desk_shelf import CLEAN, HELD, PDF, Says, a_record

QUESTION = "When was your last check of the blood?\nA month and a year are enough."
ANSWER = "It was in March 2025, at the hospital of the university. My daughter has the letter and sends it."
ASKS = "May I bring my son to the call?"
GAPS = "Without the images of the scan the opinion cannot say how large the change is."
STAGES = (Stage.OPENED, Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED, Stage.CLOSED)


@dataclass
class Shelf:
    """What stands on it. `named` are the objects that addresses can name; `stages` one case of each stage."""

    main: Case
    carer: Case
    stages: dict[Stage, Case] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)


def fill_shelf(house: Services, now: datetime, *, more: int = 0, language: str = "en") -> Shelf:
    """Fill it; with `more` cases besides, in all turns and languages. `language` is that of the patient's main case."""
    with house.database.transaction() as tx:
        ines, omar = _people(tx, house, now)
        main = a_case(tx, house, now - timedelta(days=3), stage=Stage.RECORDS_IN, language=language)
        carer = a_case(tx, house, now - timedelta(days=1), answers=answers_for_another(house))
        shelf = Shelf(main, carer, named={"case_id": main.id, "coordinator_id": omar, "ines": ines})
        days = zip(STAGES, (1, 5, 9, 4, 30), strict=True)
        shelf.stages = {each: a_case(tx, house, now - timedelta(days=ago), stage=each) for each, ago in days}
        shelf.stages[Stage.DECLINED] = a_case(tx, house, now - timedelta(days=6), stage=Stage.DECLINED)
        shelf.named |= {"carer": carer.id} | {stage.value: case.id for stage, case in shelf.stages.items()}
        shelf.named |= _late_and_others(tx, house, now)
        for number in range(more):
            _one_more(tx, house, now, number, (None, ines, omar)[number % 3])
    _records(house, shelf)
    with house.database.transaction() as tx:
        _the_main_case(tx, house, shelf, now)
        _around(tx, house, shelf, now)
    return shelf


def sign_in(house: Services, who: str, now: datetime) -> str:
    """The secret of a session at the desk, for the cookie."""
    with house.database.transaction() as tx:
        return sessions.start(tx, Role.DESK, who, now)


def _people(tx: Tx, house: Services, now: datetime) -> tuple[str, str]:
    """A lead, a colleague, somebody who is away with a stand-in, somebody who has not come yet."""
    keys, ring, made = house.keys, house.ring, {}
    roles = {"Ines": DeskRole.LEAD, "Omar": DeskRole.COORDINATOR, "Lea": DeskRole.LEAD, "Nadia": DeskRole.COORDINATOR}
    for name, role in roles.items():
        address = f"{name.lower()}@clinic.example"
        made[name] = coordinators.invite(tx, keys, ring, f"{name} Probefall", address, "en", now, role=role).id
        if name != "Nadia":
            coordinators.mark_enrolled(tx, made[name], now)
    coordinators.set_away(tx, made["Lea"], now, now + timedelta(days=9), made["Omar"], now)
    return made["Ines"], made["Omar"]


def _late_and_others(tx: Tx, house: Services, now: datetime) -> dict[str, str]:
    """A late case, one of a patient in hospital, one whose contact is stopped, a request that is held."""
    late = a_case(tx, house, now - timedelta(days=20), stage=Stage.RECORDS_IN)
    urgent = {"timing": [("in_hospital", "yes"), ("planned", "no")]}
    hospital = a_case(tx, house, now, answers=filled_answers(house, **urgent), language="ar")
    stopped = a_case(tx, house, now - timedelta(days=2), language="es")
    at_desk.stop_contact(tx, stopped.id, "system", now)
    held = a_case(tx, house, now - timedelta(hours=2))
    tx.execute(update(cases).where(cases.c.id == held.id).values(held_as_suspect=True, traits="fast links"))
    return {"late": late.id, "urgent": hospital.id, "stopped": stopped.id, "held": held.id}


def _one_more(tx: Tx, house: Services, now: datetime, number: int, owner: str | None) -> None:
    ago = timedelta(days=number * 7 % 16, hours=number)
    case = a_case(tx, house, now - ago, stage=STAGES[number % 4], language=("en", "es", "ar")[number % 3])
    if owner:
        at_desk.assign_case(tx, house, case.id, owner, None, "system", now)


def _records(house: Services, shelf: Shelf) -> None:
    """Records of every sort."""
    kept = a_record(house, shelf.main.id, scanner=CLEAN, name="Informe de la resonancia.pdf")
    held = a_record(house, shelf.main.id, scanner=HELD, body=PDF + b"held", name="تقرير الأشعة.pdf")
    a_record(house, shelf.main.id, scanner=Says(Verdict.HELD, "password"), body=PDF + b"locked", name="locked.pdf")
    a_record(house, shelf.main.id, body=b"nothing that we know" * 10, name="holiday.mov")
    shelf.named |= {"upload_id": held.id, "clean_id": kept.id}


def _the_main_case(tx: Tx, house: Services, shelf: Shelf, now: datetime) -> None:
    """Claimed, asked, answered, noted, gone on with; and what came by other hands."""
    case, by = shelf.main.id, actor(shelf.named["ines"])
    at_desk.assign_case(tx, house, case, shelf.named["ines"], None, by, now - timedelta(days=2))
    asked = talking.ask_requester(tx, house, case, QUESTION, 7, by, now - timedelta(days=2))
    talking.answer_question(tx, house, case, asked.id, ANSWER, now - timedelta(days=1))
    waits = talking.ask_requester(tx, house, case, "Which medicines do you take each day?", 7, by, now)
    talking.write_to_desk(tx, house, case, ASKS, now - timedelta(hours=3))
    said = "She may be called in the evening. Her sister interprets."
    notes.write_note(tx, house.keys, case, "0" * 32, NoteKind.CALLED, said, by, now - timedelta(hours=5))
    at_desk.go_on_without(tx, house, case, ["scan-files"], GAPS, by, now)
    helper = helpers.make_helper(tx, house, case, HelperKind.DOCTOR, "en", "Our family doctor", now)
    viewer = viewers.add_viewer(tx, house, case, viewers.Said("https://viewer.hospital.example/a"), None, now)
    contents = parcels.Contents(discs=1)
    here, coming = (parcels.announce_parcel(tx, house, case, contents, now).id for _ in range(2))
    parcels.move_parcel(tx, house, case, here, parcels.ParcelState.RECEIVED, by, now)
    photos = photo_sets.begin_set(tx, case, "nobody", now)
    shelf.named |= {"message_id": waits.id, "number": str(helper.number), "viewer_id": viewer.id, "parcel_id": coming}
    shelf.named |= {"parcel_here": here, "set_id": photos.id}


def _around(tx: Tx, house: Services, shelf: Shelf, now: datetime) -> None:
    """A call to make, saved replies, rules, letters with their fates."""
    call_backs.ask(tx, house, call_backs.Said("Zelda", "+351912345678", "In the evening"), "en", now)
    reply = replies.save_reply(tx, house.keys, "en", "Where else", "Ask your own hospital.", "system", now)
    rule = rules.add(tx, rules.Rule(language="es", most=20, people=(shelf.named["coordinator_id"],)))
    shelf.named |= {"reply_id": reply.id, "rule_id": rule.id}
    table = outbox.letters
    tx.execute(update(table).where(table.c.state == "queued").values(state="sent", sent_at=now, delivery="delivered"))
    theirs = select(table.c.id).where(table.c.letter == "case_opened", table.c.case_id != shelf.main.id)
    fates = [("dead", "bounced", "bounced"), ("dead", "http_401", None), ("sent", "spam_report", "spam_report")]
    for row, (state, code, delivery) in zip(tx.all(theirs.order_by(table.c.id).limit(3)), fates, strict=True):
        fate = {"state": state, "last_code": code, "delivery": delivery, "attempts": 11}
        tx.execute(update(table).where(table.c.id == row.id).values(**fate))
