"""The records of a case with what was said of them, as far as one visitor may see them. Reads, and decides nothing.

Whoever holds only the link for sending learns nothing of the illness: they choose among what every case needs, and see
only what this very browser sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from intake.cases import store
from intake.cases.case import Case
from intake.cases.completeness import Completeness
from intake.db import Tx
from intake.errors import UploadNotFound
from intake.forms.case_records import Sent, checklist_of, completeness_of, only_tongue, sent_records
from intake.forms.context import Answers, FormContext, form_context
from intake.knowledge.facts import ChecklistItem
from intake.records import reading
from intake.records import store as record_store
from intake.records.described import SOMETHING_ELSE, UNKNOWN, open_described, place_in_set
from intake.records.reading import Record
from intake.records.upload import Verdict, key_owner
from intake.web.cookies import services
from intake.web.pages import language, speak
from intake.web.record_visitor import Visitor

ANSWERS = (SOMETHING_ELSE, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a visitor sees: the case, its list as far as it is shown here, and the records, as they were received."""

    case: Case
    answers: Answers
    offered: tuple[ChecklistItem, ...]
    sent: list[Sent]
    context: FormContext
    sees_all: bool

    @property
    def open(self) -> list[Sent]:
        """What may be described here: what was said on a page with the whole list is not changed by a link alone."""
        known = {item.id for item in self.offered} | set(ANSWERS)
        return [each for each in self.sent if self.sees_all or set(each.said.items) <= known]

    @property
    def waiting(self) -> list[Sent]:
        """What nobody has described yet."""
        return [each for each in self.sent if not each.said.said]

    @property
    def guessed(self) -> list[Sent]:
        """What waits, and has a guess."""
        return [each for each in self.waiting if each.guessed.said]

    @property
    def names(self) -> dict[str, str]:
        """The name of each record that is shown."""
        return {each.id: each.name for each in self.sent}

    def one(self, upload_id: str) -> Sent:
        """A record that may be described here. Raises UploadNotFound."""
        for each in self.open:
            if each.id == upload_id:
                return each
        raise UploadNotFound

    def beside(self, sent: Sent) -> dict[str, str]:
        """The names of what a record may be the translation of: every other one that is none itself."""
        rest = [each for each in self.sent if each.id != sent.id and each.said.translation != "is-one"]
        return {each.id: each.name for each in rest}

    def completeness(self) -> Completeness:
        """How the list of the case stands."""
        return completeness_of(self.answers, services().knowledge, self.sent, self.context.today)


def read_shelf(tx: Tx, visitor: Visitor) -> Shelf:
    """The shelf of a visitor, in their language from here on. Raises CaseNotFound, KeyGone."""
    house = services()
    case = store.case_by_id(tx, visitor.case_id)
    speak(visitor.language or case.language)
    answers = store.read_answers(tx, house.keys, case)
    offered = checklist_of(answers, house.knowledge) if visitor.sees_all else house.knowledge.every_case
    key = house.keys.get(key_owner(case.id))
    uploads = [each for each in record_store.of_case(tx, case.id) if visitor.may_see(each)]
    records = [reading.open_told(key, each) for each in uploads if each.verdict is not Verdict.REJECTED]
    sent = with_what_was_said(records, key, answers, offered)
    return Shelf(case, answers, tuple(offered), sent, spoken_context(), visitor.sees_all)


def with_what_was_said(
    records: Sequence[Record], key: bytes, answers: Answers, offered: Sequence[ChecklistItem]
) -> list[Sent]:
    """Records with what was said of them, and a guess for each. Of several photos that are one record the first page
    stands for all of them.
    """
    told = [(record, open_described(key, record.upload)) for record in _first_pages(records, key)]
    return sent_records(told, offered, only_tongue(answers), services().clock().date())


def _first_pages(records: Sequence[Record], key: bytes) -> list[Record]:
    places = {record.upload.id: place_in_set(key, record.upload) for record in records}
    first: dict[str, int] = {}
    for set_id, number in places.values():
        first[set_id] = min(number, first.get(set_id, number))
    return [each for each in records if places[each.upload.id][1] == first[places[each.upload.id][0]]]


def spoken_context() -> FormContext:
    """What the forms know, in the language of this page."""
    house = services()
    return form_context(house.languages, house.operator, house.knowledge, language(), house.clock().date())
