"""Reads the YAML beside it and refuses anything without an id, a text or a source.

It holds the writing to its form. Whether a fact is true, only its source can say.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from intake.errors import KnowledgeBroken
from intake.knowledge.entry import Entry
from intake.knowledge.facts import (
    ChecklistItem,
    Emergency,
    EmergencyNumber,
    EmergencySign,
    Knowledge,
    Note,
    Reason,
    RecordRight,
    Register,
    Source,
    Specialty,
    Status,
    Urgency,
)

FOLDER = Path(__file__).parent
ID = r"[a-z]+(-[a-z]+)*"
COUNTRY = r"[A-Z]{2}"


def read_knowledge(folder: Path = FOLDER) -> Knowledge:
    """Everything the site and the form know. Raises KnowledgeBroken naming file, entry and fault."""
    fields = Entry.from_file(folder / "specialties.yaml")
    reasons = Entry.from_file(folder / "reasons.yaml")
    rights = Entry.from_file(folder / "record_rights.yaml")
    registers = Entry.from_file(folder / "registers.yaml")
    knowledge = Knowledge(
        every_case=fields.each("every_case", _item),
        specialties=fields.each("specialties", _specialty),
        nothing_more=fields.text("nothing_more"),
        advice=fields.each("advice", _note),
        reasons=reasons.each("reasons", _reason),
        emergency=_emergency(Entry.from_file(folder / "emergency.yaml")),
        record_rights=rights.each("rights", _right),
        record_caution=rights.text("caution"),
        no_record_rule=rights.text("no_rule"),
        asking_for_records=rights.each("asking", _note),
        registers=registers.each("registers", _register),
        register_cautions=registers.each("cautions", _note),
    )
    for entry in (fields, reasons, rights, registers):
        entry.done()
    own = [item for specialty in knowledge.specialties for item in specialty.items]
    _once("specialties.yaml", (*knowledge.every_case, *own))
    _once("specialties.yaml", knowledge.specialties)
    _once("reasons.yaml", knowledge.reasons)
    _once("emergency.yaml", knowledge.emergency.signs)
    _once("emergency.yaml", knowledge.emergency.numbers)
    _once("record_rights.yaml", knowledge.record_rights)
    _once("registers.yaml", knowledge.registers)
    return knowledge


def _source(entry: Entry) -> Source:
    source = entry.part("source")
    status = source.text("status")
    if status not in set(Status):
        raise source.broken(f"status must be one of {', '.join(Status)}; the unverified has no place here")
    made = Source(status=Status(status), section=source.text("section"), places=source.texts("places"))
    source.done()
    return made


def _source_or_ours(entry: Entry) -> Source | None:
    ours = entry.flag("ours")
    if ours == ("source" in entry.left):
        raise entry.broken("needs either a source or `ours: true`")
    return None if ours else _source(entry)


def _note(entry: Entry) -> Note:
    return Note(text=entry.text("text"), source=_source_or_ours(entry))


def _item(entry: Entry) -> ChecklistItem:
    missed = None
    if "cannot_say" in entry.left:
        cannot_say = entry.part("cannot_say")
        missed = Note(text=cannot_say.text("text"), source=_source(cannot_say))
        cannot_say.done()
    return ChecklistItem(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        hint=entry.text("hint"),
        written_by_you=entry.flag("written_by_you"),
        source=_source_or_ours(entry),
        cannot_say_without=missed,
    )


def _specialty(entry: Entry) -> Specialty:
    return Specialty(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        examples=entry.text("examples"),
        items=entry.each("items", _item),
    )


def _reason(entry: Entry) -> Reason:
    return Reason(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        hint=entry.text("hint"),
        source=_source_or_ours(entry),
    )


def _emergency(entry: Entry) -> Emergency:
    instructions = entry.part("instructions")
    made = Emergency(
        rule=entry.text("rule"),
        not_complete=entry.text("not_complete"),
        find_number=entry.text("find_number"),
        instructions={urgency: instructions.text(urgency.value) for urgency in Urgency},
        signs=entry.each("signs", _sign),
        numbers=entry.each("numbers", _number),
    )
    instructions.done()
    entry.done()
    return made


def _sign(entry: Entry) -> EmergencySign:
    urgency = entry.text("urgency")
    if urgency not in set(Urgency):
        raise entry.broken(f"urgency must be one of {', '.join(Urgency)}")
    return EmergencySign(
        id=entry.text("id", like=ID), text=entry.text("text"), urgency=Urgency(urgency), source=_source(entry)
    )


def _number(entry: Entry) -> EmergencyNumber:
    return EmergencyNumber(
        id=entry.text("id", like=ID),
        area=entry.text("area"),
        countries=entry.texts("countries", like=COUNTRY),
        number=entry.text("number", like=r"\d{2,5}"),
        note=entry.text("note", may_be_blank=True),
        source=_source(entry),
    )


def _right(entry: Entry) -> RecordRight:
    days, months = entry.number("days"), entry.number("months")
    if days is not None and months is not None:
        raise entry.broken("days and months cannot both be set")
    return RecordRight(
        id=entry.text("id", like=ID),
        area=entry.text("area"),
        countries=entry.texts("countries", like=COUNTRY),
        rule=entry.text("rule"),
        right=entry.text("right"),
        deadline=entry.text("deadline"),
        days=days,
        months=months,
        fee=entry.text("fee"),
        source=_source(entry),
        checked_on=entry.text("checked_on", like=r"20\d\d-(0[1-9]|1[0-2])"),
        notes=entry.each("notes", _note),
    )


def _register(entry: Entry) -> Register:
    return Register(
        id=entry.text("id", like=ID),
        area=entry.text("area"),
        country=entry.text("country", like=COUNTRY),
        title=entry.text("title"),
        address=entry.text("address", may_be_blank=True, like=r"https://[^\s<>()]+"),
        shows=entry.text("shows"),
        caution=entry.text("caution", may_be_blank=True),
        source=_source(entry),
    )


def _once(file: str, things: Iterable[Any]) -> None:
    seen: set[str] = set()
    for thing in things:
        if thing.id in seen:
            raise KnowledgeBroken(file, thing.id, "this id is used twice")
        seen.add(thing.id)
