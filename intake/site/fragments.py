"""Writes the fragments that pages take in: what the form knows too, and what the operator says about itself.

The same input always gives the same bytes. The operator's words are set as plain words, never as Markdown. What the
operator has not said in the language of the page stands in its own, and is marked so that it is read out as such.
"""

import html
import re
from collections.abc import Iterable
from pathlib import Path

from intake.knowledge import includes
from intake.knowledge.facts import Knowledge, Specialty
from intake.languages import Languages
from intake.operator import Operator, Price, entries
from intake.site.editions import FIRST


def write_includes(operator: Operator, knowledge: Knowledge, folder: Path, language: str = "en") -> list[Path]:
    """Write every fragment into `folder`, made if need be; answers all paths. Leaves alone what did not change."""
    paths = includes.write_includes(knowledge, folder, language, Languages().gettext(language))
    for name, text in _Fragments(operator, language).all(knowledge).items():
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


class _Fragments:
    """The fragments of one language. Sentences are said through the catalogue; names and prices are the operator's."""

    def __init__(self, operator: Operator, language: str) -> None:
        self.operator, self.language = operator.in_language(language), language
        self.gettext = Languages().gettext(language)
        first = {value for _, value in entries(operator) if isinstance(value, str)}
        self.foreign = first if language != FIRST else set()

    def all(self, knowledge: Knowledge) -> dict[str, str]:
        _, operator = self.gettext, self.operator
        service, times, legal = operator.service, operator.times, operator.legal
        blocks = {
            "operator-service": [
                _("This service is called **%(name)s**. %(legal_name)s stands behind it.")
                % {"name": self._said(service.name), "legal_name": self._said(service.legal_name)},
                self._said(service.run_by),
            ],
            "operator-contact": [self._contact()],
            "operator-times": [
                _listed(
                    [
                        self._labelled(_("Our first answer:"), times.first_answer),
                        self._labelled(_("The opinion, counted from complete records:"), times.opinion),
                    ]
                )
            ],
            "operator-fees": self._fees(),
            "operator-scope": self._scope(),
            "operator-complaints": [
                self._labelled(_("Whom to write to:"), legal.complaints_contact),
                self._said(legal.complaints_route),
                self._labelled(_("Whose law holds:"), legal.governing_law),
            ],
            "operator-privacy": self._privacy(),
            "operator-quote": self._quote(),
            "operator-terms": [*(self._said(each) for each in legal.terms)],
            "checklist-by-specialty": [self._checklist(each) for each in knowledge.specialties],
        }
        return {name: "\n\n".join(text) + "\n" for name, text in blocks.items()}

    def _checklist(self, specialty: Specialty) -> str:
        title, examples = map(_plain, map(self.gettext, (specialty.title, specialty.examples)))
        heading = f"### {title} {{ #checklist-{specialty.id} }}"
        return f'{heading}\n\n{examples}\n\n--8<-- "checklist-{specialty.id}.md"'

    def _scope(self) -> list[str]:
        _, scope = self.gettext, self.operator.scope
        countries = self._countries(scope.countries_not_served) or _("no country is left out")
        return [
            _("We cannot take requests from people who live in: %(countries)s.") % {"countries": countries},
            _("We cannot help with:"),
            _listed(self._said(each) for each in scope.conditions_not_served or (_("nothing is left out for now"),)),
            self._said(scope.age_rule),
            _("If we cannot help, we say so, and name other places to ask where we can."),
        ]

    def _contact(self) -> str:
        _, contact = self.gettext, self.operator.contact
        names = dict(Languages().language_names(self.language))
        dial, telephone = re.sub(r"[^+\d]", "", contact.telephone), _plain(contact.telephone).replace(" ", "&nbsp;")
        when = _("%(hours)s (time of %(zone)s)") % {"hours": self._said(contact.hours), "zone": contact.time_zone}
        lines = [
            _bold(_("Telephone:")) + f" [<bdi>{telephone}</bdi>](tel:{dial})",
            self._labelled(_("Messenger:"), contact.messenger) if contact.messenger else "",
            _bold(_("E-mail, without health details:")) + f" [{_plain(contact.email)}](mailto:{contact.email})",
            self._labelled(_("Post:"), contact.postal_address),
            _bold(_("When we are there:")) + f" {when}",
            self._labelled(_("Languages our coordinators speak:"), self._strung(contact.languages, names)),
        ]
        return _listed(line for line in lines if line)

    def _fees(self) -> list[str]:
        _, prices = self.gettext, self.operator.prices
        return [
            self._said(prices.who_pays),
            self._said(prices.nothing_before),
            *self._price_list(_("Prices"), prices.fees),
            *self._price_list(_("What may come on top"), prices.extras),
            self._labelled(_("Money back:"), prices.refund_rule),
        ]

    def _price_list(self, title: str, prices: tuple[Price, ...]) -> list[str]:
        line = self.gettext("%(what)s: **%(amount)s**. Paid by %(payer)s. Goes to %(payee)s.")
        lines = (
            line
            % {
                "what": self._said(each.what),
                "amount": self._said(each.amount),
                "payer": self._said(each.paid_by),
                "payee": self._said(each.paid_to),
            }
            for each in prices
        )
        return [_bold(title), _listed(lines)] if prices else []

    def _quote(self) -> list[str]:
        """The way to a company that sells treatment: never without its interest beside it, and none when not set."""
        partner = self.operator.quote_partner
        if not partner.shown:
            return [""]
        asks = self.gettext("Ask %(name)s for a price of treatment") % {"name": self._said(partner.name)}
        way = f'<a href="{html.escape(partner.address)}" rel="noopener nofollow sponsored">{asks}</a>'
        return [self._labelled(self.gettext("Whose interest this serves:"), partner.disclosure), way]

    def _privacy(self) -> list[str]:
        _, privacy, kept = self.gettext, self.operator.privacy, self.operator.privacy.retention_months
        months = [
            (_("Answers, questions and messages"), kept.cases),
            (_("Your medical records"), kept.records),
            (_("The report"), kept.reports),
            (_("Copies of our letters"), kept.letters),
            (_("Proof of what you agreed to"), kept.receipts),
            (_("The list of who opened what (no health words)"), kept.journal),
        ]
        return [
            self._labelled(_("Who decides about your data:"), privacy.controller),
            self._labelled(_("Whom to ask:"), privacy.data_protection_contact),
            _bold(_("Who may see or hold it:")),
            _listed(self._said(each) for each in privacy.recipients),
            self._labelled(
                _("Countries where our specialists work:"), f"{self._countries(privacy.specialist_countries)}."
            ),
            self._labelled(_("On what the sending abroad rests:"), privacy.transfer_basis),
            _bold(_("How long we keep it after your case has closed:")),
            _listed(self._kept(what, count) for what, count in months),
        ]

    def _kept(self, what: str, months: int) -> str:
        ngettext = Languages().ngettext(self.language)
        said = ngettext("%(what)s: %(num)s month", "%(what)s: %(num)s months", months)
        return said % {"what": what, "num": months}

    def _countries(self, codes: tuple[str, ...]) -> str:
        return self._strung(codes, dict(Languages().country_names(self.language)))

    def _strung(self, codes: tuple[str, ...], names: dict[str, str]) -> str:
        return Languages().listed(self.language, [names.get(code, code) for code in codes])

    def _labelled(self, label: str, words: str) -> str:
        return f"{_bold(label)} {self._said(words)}"

    def _said(self, words: str) -> str:
        """The operator's words, marked where they are not in the language of the page."""
        said = _plain(words)
        return f'<span lang="{FIRST}" dir="ltr">{said}</span>' if words in self.foreign else said


def _bold(text: str) -> str:
    return f"**{text}**"


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _plain(text: str) -> str:
    """The operator's words as words, whatever signs they hold that Markdown would read as its own."""
    one_line = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]#|])", r"\\\1", one_line)
