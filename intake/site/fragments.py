"""Writes the fragments that pages take in: what the form knows too, and what the operator says about itself.

The same input always gives the same bytes. The operator's words are set as plain words, never as Markdown.
"""

import html
import re
from collections.abc import Iterable
from pathlib import Path

from intake.knowledge import includes
from intake.knowledge.facts import Knowledge, Specialty
from intake.languages import Languages
from intake.operator import Operator, Price


def write_includes(operator: Operator, knowledge: Knowledge, folder: Path) -> list[Path]:
    """Write every fragment into `folder`, made if need be; answers all paths. Leaves alone what did not change."""
    paths = includes.write_includes(knowledge, folder)
    for name, text in _fragments(operator, knowledge).items():
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _fragments(operator: Operator, knowledge: Knowledge) -> dict[str, str]:
    service, scope, legal, times = operator.service, operator.scope, operator.legal, operator.times
    blocks = {
        "operator-service": [
            f"This service is called **{_plain(service.name)}**. {_plain(service.legal_name)} stands behind it.",
            _plain(service.run_by),
        ],
        "operator-contact": [_contact(operator)],
        "operator-times": [
            _listed(
                [
                    f"**Our first answer:** {_plain(times.first_answer)}",
                    f"**The opinion**, counted from complete records: {_plain(times.opinion)}",
                ]
            )
        ],
        "operator-fees": _fees(operator),
        "operator-scope": [
            "We cannot take requests from people who live in: "
            + (_countries(scope.countries_not_served) or "no country is left out")
            + ".",
            "We cannot help with:",
            _listed(_plain(each) for each in scope.conditions_not_served or ("nothing is left out for now",)),
            _plain(scope.age_rule),
            "If we cannot help, we say so, and name other places to ask where we can.",
        ],
        "operator-complaints": [
            f"**Whom to write to:** {_plain(legal.complaints_contact)}",
            _plain(legal.complaints_route),
            f"**Whose law holds:** {_plain(legal.governing_law)}",
        ],
        "operator-privacy": _privacy(operator),
        "operator-terms": [*(_plain(each) for each in legal.terms)],
        "checklist-by-specialty": [_checklist(each) for each in knowledge.specialties],
    }
    return {name: "\n\n".join(text) + "\n" for name, text in blocks.items()}


def _checklist(specialty: Specialty) -> str:
    heading = f"### {_plain(specialty.title)} {{ #checklist-{specialty.id} }}"
    return f'{heading}\n\n{_plain(specialty.examples)}\n\n--8<-- "checklist-{specialty.id}.md"'


def _contact(operator: Operator) -> str:
    contact, languages = operator.contact, Languages()
    names = dict(languages.language_names("en"))
    dial = re.sub(r"[^+\d]", "", contact.telephone)
    spoken = ", ".join(names.get(code, code) for code in contact.languages)
    lines = [
        f"**Telephone:** [{_plain(contact.telephone)}](tel:{dial})",
        f"**Messenger:** {_plain(contact.messenger)}" if contact.messenger else "",
        f"**E-mail, without health details:** [{_plain(contact.email)}](mailto:{contact.email})",
        f"**Post:** {_plain(contact.postal_address)}",
        f"**When we are there:** {_plain(contact.hours)} (time of {_plain(contact.time_zone)})",
        f"**Languages our coordinators speak:** {spoken}",
    ]
    return _listed(line for line in lines if line)


def _fees(operator: Operator) -> list[str]:
    prices = operator.prices
    return [
        _plain(prices.who_pays),
        _plain(prices.nothing_before),
        *_price_list("Prices", prices.fees),
        *_price_list("What may come on top", prices.extras),
        f"**Money back:** {_plain(prices.refund_rule)}",
    ]


def _price_list(title: str, prices: tuple[Price, ...]) -> list[str]:
    lines = (
        f"{_plain(each.what)}: **{_plain(each.amount)}**. Paid by {_plain(each.paid_by)}. "
        f"Goes to {_plain(each.paid_to)}."
        for each in prices
    )
    return [f"**{title}**", _listed(lines)] if prices else []


def _privacy(operator: Operator) -> list[str]:
    privacy, kept = operator.privacy, operator.privacy.retention_months
    months = [
        ("Answers, questions and messages", kept.cases),
        ("Your medical records", kept.records),
        ("The report", kept.reports),
        ("Copies of our letters", kept.letters),
        ("Proof of what you agreed to", kept.receipts),
        ("The list of who opened what (no health words)", kept.journal),
    ]
    return [
        f"**Who decides about your data:** {_plain(privacy.controller)}",
        f"**Whom to ask:** {_plain(privacy.data_protection_contact)}",
        "**Who may see or hold it:**",
        _listed(_plain(each) for each in privacy.recipients),
        f"**Countries where our specialists work:** {_countries(privacy.specialist_countries)}.",
        f"**On what the sending abroad rests:** {_plain(privacy.transfer_basis)}",
        "**How long we keep it after your case has closed:**",
        _listed(f"{what}: {count} months" for what, count in months),
    ]


def _countries(codes: tuple[str, ...]) -> str:
    names = dict(Languages().country_names("en"))
    return ", ".join(names.get(code, code) for code in codes)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _plain(text: str) -> str:
    """The operator's words as words, whatever signs they hold that Markdown would read as its own."""
    one_line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]#|])", r"\\\1", one_line)
