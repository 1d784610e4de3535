"""The fragments that hang on a country: numbers, rights, registers, all of them country by country, and the letters."""

from intake.errors import N_
from intake.knowledge.countries import Country, Topic
from intake.knowledge.facts import Knowledge, RecordRight, Register
from intake.knowledge.letter_forms import LetterForm
from intake.knowledge.markdown import ELSEWHERE, Markdown, bullets, plain
from intake.knowledge.record_letters import draw_letter
from intake.knowledge.sources import Status

RIGHT, HOW_SOON, COST, RULE = N_("Your right"), N_("How soon"), N_("What it costs"), N_("The rule")
EMERGENCY, RECORDS, REGISTER = N_("Emergency number"), N_("Your records"), N_("Register of doctors")
QUOTED = N_("We know this rule only from a source that quotes it. Check it before you rely on it.")
ENGLISH = "en"


def emergency_numbers(knowledge: Knowledge, md: Markdown) -> str:
    """The numbers that we know, area by area, and how to find another."""
    emergency = knowledge.emergency
    numbers = [
        md.titled(md.say(each.area), _dial(each.number), md.say(each.note) if each.note else "")
        for each in emergency.numbers
    ]
    everywhere_else = md.titled(md.say(ELSEWHERE), md.say(emergency.find_number))
    return bullets([*numbers, everywhere_else]) + md.sources(each.source for each in emergency.numbers)


def record_rights(knowledge: Knowledge, md: Markdown) -> str:
    """The rules that we know, area by area, each with its month and sources."""
    places = [_record_right(right, md) for right in knowledge.record_rights]
    elsewhere = f"{md.bold(ELSEWHERE)}\n\n{md.say(knowledge.no_record_rule)}"
    return "\n\n".join([*places, elsewhere, md.say(knowledge.record_caution)])


def registers(knowledge: Knowledge, md: Markdown) -> str:
    """Where to look a doctor up, and what no register shows."""
    cautions = " ".join(md.note(note) for note in knowledge.register_cautions)
    entries = bullets(md.titled(md.say(each.area), *_register(each, md)) for each in knowledge.registers)
    known = [*knowledge.registers, *knowledge.register_cautions]
    return f"{cautions}\n\n{entries}" + md.sources(each.source for each in known)


def countries(knowledge: Knowledge, md: Markdown) -> str:
    """Every country under its own heading, those that read this page's language first, below links to each."""
    facts = knowledge.country_facts
    in_order = sorted(facts.places, key=lambda each: md.in_order(each.name))
    near = [each for each in in_order if md.language in each.languages]
    groups = [group for group in (near, [each for each in in_order if each not in near]) if group]
    jumps = (" · ".join(f"[{md.say(each.name)}](#{_anchor(each)})" for each in group) for group in groups)
    sections = (_country(each, knowledge, md) for group in groups for each in group)
    held = [*knowledge.emergency.numbers, *knowledge.record_rights, *knowledge.registers]
    closing = f"{md.say(facts.elsewhere)}\n\n{md.say(knowledge.record_caution)}"
    parts = [md.say(facts.intro), *jumps, *sections, closing]
    return "\n\n".join(parts) + md.sources(each.source for each in held)


def record_letters(knowledge: Knowledge, md: Markdown) -> str:
    """Each letter in a block of its own, with brackets where the writer fills in, and what to know before sending."""
    forms = knowledge.record_letters
    parts = [_letter(form, knowledge, md) for form in forms.forms]
    rules = {right.id: right for form in forms.forms for right in knowledge.rules_of(form)}
    noted = [note.source for form in forms.forms for note in form.notes]
    sources = md.sources([*(right.source for right in rules.values()), *noted])
    return "\n\n".join([md.notes(forms.how_to), *parts, md.say(knowledge.record_caution)]) + sources


def _record_right(right: RecordRight, md: Markdown) -> str:
    lines = [
        md.titled(md.say(RIGHT), md.say(right.right)),
        md.titled(md.say(HOW_SOON), md.say(right.deadline)),
        md.titled(md.say(COST), md.say(right.fee)),
        *(md.note(note) for note in right.notes),
        md.titled(md.say(RULE), _rule(right, md)),
    ]
    sources = md.sources([right.source, *(note.source for note in right.notes)])
    return f"{md.bold(right.area)}\n\n{bullets(lines)}{sources}"


def _rule(right: RecordRight, md: Markdown) -> str:
    month = md.month(right.checked_on)
    return md.say(N_("%(rule)s, checked in %(month)s."), rule=md.say(right.rule), month=month)


def _register(entry: Register, md: Markdown) -> list[str]:
    title = md.say(entry.title)
    linked = f"[{title}]({entry.address})" if entry.address else title
    return [f"{linked}.", md.say(entry.shows), md.say(entry.caution) if entry.caution else ""]


def _dial(number: str) -> str:
    return f"[**{number}**](tel:{number})"


def _anchor(country: Country) -> str:
    return f"country-{country.country.lower()}"


def _country(country: Country, knowledge: Knowledge, md: Markdown) -> str:
    unknown = {topic: [md.say(text)] for topic, text in knowledge.country_facts.not_verified.items()}
    number, register = knowledge.emergency_number(country.country), knowledge.register_in(country.country)
    rights = knowledge.record_rights_in(country.country)
    dial = [_dial(number.number), md.say(number.note) if number.note else ""] if number else []
    records = [_right_in_short(right, md) for right in rights] or [unknown[Topic.RECORDS]]
    lines = [
        md.titled(md.say(EMERGENCY), *(dial or unknown[Topic.EMERGENCY])),
        *(md.titled(md.say(RECORDS), *sentences) for sentences in records),
        md.titled(md.say(REGISTER), *(_register(register, md) if register else unknown[Topic.REGISTER])),
    ]
    return f"### {md.say(country.name)} {{ #{_anchor(country)} }}\n\n{bullets(lines)}"


def _right_in_short(right: RecordRight, md: Markdown) -> list[str]:
    quoted = md.say(QUOTED) if right.source.status is Status.SECOND_HAND else ""
    fee = md.titled(md.say(COST), md.say(right.fee))
    return [_rule(right, md), md.say(right.deadline), fee, quoted]


def _letter(form: LetterForm, knowledge: Knowledge, md: Markdown) -> str:
    rights = knowledge.rules_of(form)
    facts = [md.titled(md.say(RULE), _rule(right, md)) for right in rights]
    facts += [md.titled(md.say(HOW_SOON), md.say(right.deadline)) for right in rights]
    facts += [md.say(QUOTED)] if any(right.source.status is Status.SECOND_HAND for right in rights) else []
    facts += [md.note(note) for note in form.notes]
    blocks = [_block(form, knowledge, md)]
    if form.written_in == ENGLISH != md.language:
        to_send = md.say(N_("The same letter in English, to send:"))
        blocks += [to_send, _block(form, knowledge, Markdown(knowledge, ENGLISH, str), marked=True)]
    heading = f"### {md.say(form.area)} {{ #letter-{form.id} }}"
    return "\n\n".join([heading, *([bullets(facts)] if facts else []), *blocks])


def _block(form: LetterForm, knowledge: Knowledge, md: Markdown, *, marked: bool = False) -> str:
    due = md.say(form.due_field) if form.due_field else ""
    letter = draw_letter(knowledge, form, None, due, md.say)
    spoken = f' lang="{ENGLISH}" dir="ltr"' if marked else ""
    text = "\n\n".join([f"**{letter.subject}**", *map(plain, letter.paragraphs)])
    return f'<div class="record-letter" markdown="1"{spoken}>\n\n{text}\n\n</div>'
