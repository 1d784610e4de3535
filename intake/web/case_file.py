"""The file of a case: everything that its page at the desk shows to one coordinator. Reads, and decides nothing."""

from dataclasses import dataclass

from intake import journal
from intake.cases import consent, store
from intake.cases.case import MOVES, Case, Stage, may_move
from intake.cases.consent import Consent
from intake.db import Tx
from intake.desk import coordinators, openings
from intake.forms.answers import Row
from intake.forms.context import form_context
from intake.forms.read_as import read_rows
from intake.forms.specialist_page import SpecialistPage, specialist_page
from intake.journal import Line
from intake.records import reading
from intake.records.reading import Record
from intake.records.upload import Upload
from intake.web.cookies import services
from intake.web.pages import language

CONTACT = "reach-you"
# Declining has a page of its own, for its reason; erasing is never a move made by hand at the desk.
NOT_BY_HAND = frozenset({Stage.DECLINED, Stage.ERASED})


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything that the page of a case shows."""

    case: Case
    answers: SpecialistPage
    contact: tuple[Row, ...]
    records: list[Record]
    opened: set[str]
    consents: list[Consent]
    elsewhere: str
    lines: list[Line]
    names: dict[str, str]

    @property
    def moves(self) -> list[Stage]:
        """Where the case may be moved by hand, in the order of the stages."""
        return [stage for stage in Stage if stage in MOVES[self.case.stage] - NOT_BY_HAND]

    @property
    def may_be_declined(self) -> bool:
        """Whether the table still leads to declining."""
        return may_move(self.case.stage, Stage.DECLINED)

    @property
    def readable(self) -> int:
        """How many records this coordinator may download now."""
        return sum(map(self.is_readable, self.records))

    @property
    def waiting(self) -> int:
        """How many records this coordinator may open by a second, deliberate act."""
        return sum(map(self.is_waiting, self.records))

    def is_readable(self, record: Record) -> bool:
        """Whether this is one of the readable."""
        return may_read(record.upload, self.opened)

    def is_waiting(self, record: Record) -> bool:
        """Whether this is one of the waiting."""
        return may_ask(record.upload) and record.upload.id not in self.opened


def may_read(upload: Upload, opened: set[str]) -> bool:
    """Clean, or held and deliberately opened by this coordinator; and whole, as its check found it."""
    allowed = upload.opens == "freely" or (upload.opens == "deliberately" and upload.id in opened)
    return allowed and upload.findings is not None


def may_ask(upload: Upload) -> bool:
    """Held, and whole: it opens by a deliberate act."""
    return upload.opens == "deliberately" and upload.findings is not None


def read_case_file(tx: Tx, case_id: str, who: str) -> CaseFile:
    """The file of a case for one coordinator, in the language of the page. Raises CaseNotFound, KeyGone."""
    house = services()
    found = store.case_by_id(tx, case_id)
    today = house.clock().date()
    context = form_context(house.languages, house.operator, house.knowledge, language(), today)
    answers = store.read_answers(tx, house.keys, found)
    records = reading.records_of_case(tx, house.keys.get(found.key_owner), case_id)
    lines = journal.lines(tx, case_id)
    people = {line.actor.partition(":")[2] for line in lines if line.actor.startswith("coordinator:")}
    return CaseFile(
        case=found,
        answers=specialist_page(answers, context),
        contact=read_rows(CONTACT, answers, context),
        records=records,
        opened=openings.opened_among(tx, who, [record.upload.id for record in records]),
        consents=consent.given(tx, case_id),
        elsewhere=store.read_elsewhere(tx, house.keys, found),
        lines=lines,
        names=coordinators.names(tx, house.keys, people | {found.coordinator_id or ""}),
    )  # fmt: skip
