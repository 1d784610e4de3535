"""Reads the YAML beside it and refuses anything without an id, a text or a source.

It holds the writing to its form. Whether a fact is true, only its source can say.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from intake.errors import KnowledgeBroken
from intake.knowledge.accreditation import read_accreditation
from intake.knowledge.countries import Topic, check_countries, read_country_facts
from intake.knowledge.entry import Entry
from intake.knowledge.facts import (
    ChecklistItem,
    Emergency,
    EmergencyNumber,
    EmergencySign,
    Freshness,
    Knowledge,
    Note,
    Reason,
    Register,
    Source,
    Specialty,
    Urgency,
)
from intake.knowledge.letter_forms import read_letter_forms
from intake.knowledge.questions import read_questions
from intake.knowledge.record_rights import COUNTRY, read_right
from intake.knowledge.sources import (
    ID,
    read_interest,
    read_note,
    read_source,
    read_source_or_ours,
    refuse_sellers_alone,
)
from intake.knowledge.vague import read_vague

FOLDER = Path(__file__).parent
FILES = ("specialties", "reasons", "emergency", "record_rights", "registers", "accreditation", "questions")
FILES += ("countries", "record_letters", "sources", "vague")


def read_knowledge(folder: Path = FOLDER) -> Knowledge:
    """Everything the site and the form know. Raises KnowledgeBroken naming file, entry and fault."""
    files = {name: Entry.from_file(folder / f"{name}.yaml") for name in FILES}
    fields, reasons = files["specialties"], files["reasons"]
    rights, registers = files["record_rights"], files["registers"]
    knowledge = Knowledge(
        every_case=fields.each("every_case", _item),
        specialties=fields.each("specialties", _specialty),
        every_case_awaiting_clinical_review=fields.flag("every_case_awaiting_clinical_review"),
        nothing_more=fields.text("nothing_more"),
        awaiting_clinical_review=fields.text("awaiting_clinical_review"),
        advice=fields.each("advice", read_note),
        reasons=reasons.each("reasons", _reason),
        emergency=_emergency(files["emergency"]),
        record_rights=rights.each("rights", read_right),
        record_caution=rights.text("caution"),
        no_record_rule=rights.text("no_rule"),
        asking_for_records=rights.each("asking", read_note),
        registers=registers.each("registers", _register),
        register_cautions=registers.each("cautions", read_note),
        accreditation=read_accreditation(files["accreditation"]),
        questions=read_questions(files["questions"]),
        vague=read_vague(files["vague"]),
        country_facts=read_country_facts(files["countries"]),
        record_letters=read_letter_forms(files["record_letters"]),
        interests=files["sources"].each("interests", read_interest),
    )
    for entry in files.values():
        entry.done()
    _once_each(knowledge)
    _agree(knowledge)
    return knowledge


def _once_each(knowledge: Knowledge) -> None:
    """No id twice: answers, translations and links hold on to them."""
    own = [item for specialty in knowledge.specialties for item in specialty.items]
    questions = knowledge.questions
    _once("specialties.yaml", (*knowledge.every_case, *own))
    _once("specialties.yaml", knowledge.specialties)
    _once("reasons.yaml", knowledge.reasons)
    _once("emergency.yaml", knowledge.emergency.signs)
    _once("emergency.yaml", knowledge.emergency.numbers)
    _once("record_rights.yaml", knowledge.record_rights)
    _once("registers.yaml", knowledge.registers)
    _once("accreditation.yaml", knowledge.accreditation.schemes)
    _once("questions.yaml", (*questions.frame, *questions.vague))
    _once("vague.yaml", knowledge.vague.suggestions)
    _once("record_letters.yaml", knowledge.record_letters.forms)


def _agree(knowledge: Knowledge) -> None:
    """What one file says of another is so, and no clinical claim rests on companies alone."""
    emergency, rights, registers = knowledge.emergency.numbers, knowledge.record_rights, knowledge.registers
    held: dict[Topic, dict[str, list[str]]] = {topic: {} for topic in Topic}
    for topic, entries in ((Topic.EMERGENCY, emergency), (Topic.RECORDS, rights)):
        for entry in entries:
            for code in entry.countries:
                held[topic].setdefault(code, []).append(entry.id)
    for register in registers:
        held[Topic.REGISTER].setdefault(register.country, []).append(register.id)
    check_countries(knowledge.country_facts.places, held)
    reasons = [reason.id for reason in knowledge.reasons]
    questions, specialties = knowledge.questions, {specialty.id for specialty in knowledge.specialties}
    for place, entries in (("prompts", questions.prompts), ("examples", questions.examples)):
        if [each.reason for each in entries] != reasons:
            raise KnowledgeBroken("questions.yaml", place, "must hold one for each reason, in their order")
    if not {example.specialty for example in questions.examples} <= specialties:
        raise KnowledgeBroken("questions.yaml", "examples", "names a specialty that we do not hold")
    _letters_agree(knowledge)
    refuse_sellers_alone(knowledge.interests, _clinical_claims(knowledge))


def _letters_agree(knowledge: Knowledge) -> None:
    rights = {right.id: right for right in knowledge.record_rights}
    for form in knowledge.record_letters.forms:
        if not set(form.rules) <= set(rights):
            raise KnowledgeBroken("record_letters.yaml", form.id, "rules names a rule that we do not hold")
        dated = any(rights[rule].days or rights[rule].months for rule in form.rules)
        if dated != bool(form.due):
            raise KnowledgeBroken("record_letters.yaml", form.id, "due must be blank exactly when no rule fixes a day")
        if not all(set(form.countries) <= set(rights[rule].countries) for rule in form.rules):
            raise KnowledgeBroken("record_letters.yaml", form.id, "countries names one where its rules do not hold")


def _clinical_claims(knowledge: Knowledge) -> Iterator[tuple[str, str, Source | None]]:
    own = [item for specialty in knowledge.specialties for item in specialty.items]
    for item in (*knowledge.every_case, *own):
        yield "specialties.yaml", item.id, item.source
        if item.cannot_say_without:
            yield "specialties.yaml", item.id, item.cannot_say_without.source
        if item.fresh:
            yield "specialties.yaml", item.id, item.fresh.source
    yield from (("specialties.yaml", note.text, note.source) for note in knowledge.advice)
    yield from (("reasons.yaml", reason.id, reason.source) for reason in knowledge.reasons)
    yield from (("emergency.yaml", sign.id, sign.source) for sign in knowledge.emergency.signs)
    questions = knowledge.questions
    yield from (("questions.yaml", each.id, each.source) for each in (*questions.frame, *questions.vague))


def _item(entry: Entry) -> ChecklistItem:
    missed = None
    if "cannot_say" in entry.left:
        cannot_say = entry.part("cannot_say")
        missed = Note(text=cannot_say.text("text"), source=read_source(cannot_say))
        cannot_say.done()
    follows = read_source(entry, "follows") if "follows" in entry.left else None
    return ChecklistItem(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        hint=entry.text("hint"),
        written_by_you=entry.flag("written_by_you"),
        source=read_source_or_ours(entry),
        cannot_say_without=missed,
        follows=follows,
        fresh=_freshness(entry.part("fresh")) if "fresh" in entry.left else None,
    )


def _freshness(entry: Entry) -> Freshness:
    days = entry.number("days")
    if days is None:
        raise entry.broken("days must be a number, or fresh must be left out")
    made = Freshness(days, read_source_or_ours(entry))
    entry.done()
    return made


def _specialty(entry: Entry) -> Specialty:
    return Specialty(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        examples=entry.text("examples"),
        items=entry.each("items", _item),
        awaiting_clinical_review=entry.flag("awaiting_clinical_review"),
    )


def _reason(entry: Entry) -> Reason:
    return Reason(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        hint=entry.text("hint"),
        source=read_source_or_ours(entry),
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
        id=entry.text("id", like=ID), text=entry.text("text"), urgency=Urgency(urgency), source=read_source(entry)
    )


def _number(entry: Entry) -> EmergencyNumber:
    return EmergencyNumber(
        id=entry.text("id", like=ID),
        area=entry.text("area"),
        countries=entry.texts("countries", like=COUNTRY),
        number=entry.text("number", like=r"\d{2,5}"),
        note=entry.text("note", may_be_blank=True),
        source=read_source(entry),
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
        source=read_source(entry),
    )


def _once(file: str, things: Iterable[Any]) -> None:
    seen: set[str] = set()
    for thing in things:
        if thing.id in seen:
            raise KnowledgeBroken(file, thing.id, "this id is used twice")
        seen.add(thing.id)
