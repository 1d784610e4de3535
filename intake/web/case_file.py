"""The file of a case: everything that its page at the desk shows to one coordinator. Reads, and decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from intake import journal
from intake.cases import agreeing, agreement, consent, conversation, helpers, parcels, silence, store, talking, viewers
from intake.cases.agreement import PatientAgreement
from intake.cases.case import MOVES, Case, Stage, may_move
from intake.cases.completeness import Completeness
from intake.cases.consent import Consent
from intake.cases.conversation import Message
from intake.cases.helpers import Helper
from intake.cases.parcels import Parcel
from intake.cases.viewers import ViewerLink
from intake.db import Tx
from intake.desk import coordinators, openings
from intake.errors import KeyGone, SealBroken
from intake.forms.agreement import patient_knows
from intake.forms.answers import Row
from intake.forms.case_records import Sent, completeness_of
from intake.forms.context import Answers, FormContext, form_context
from intake.forms.read_as import read_rows
from intake.forms.specialist_page import SpecialistPage, specialist_page
from intake.forms.steps.questions import asked_for_help
from intake.forms.urgency import marks
from intake.journal import Line
from intake.records import legible, photo_sets, reading
from intake.records.photo_sets import Place
from intake.records.reading import Record
from intake.records.upload import Upload, Verdict
from intake.web.cookies import services
from intake.web.described_records import with_what_was_said
from intake.web.gaps import read_gaps
from intake.web.pages import language

# What the desk must know to speak and write to people. What the specialist reads stands in another place.
CONTACT = "reach-you"
ALSO_CONTACT = {"readers": None, "asking": {"your_country"}, "patient": {"call_me"}}  # None: the whole page
# Declining has a page of its own, for its reason; erasing is never a move made by hand at the desk.
NOT_BY_HAND = frozenset({Stage.DECLINED, Stage.ERASED})


@dataclass(frozen=True, slots=True)
class OtherHands:
    """What came, or comes, by other hands and ways; and where each record stands, by its id."""

    helpers: dict[str, Helper]
    viewers: list[ViewerLink]
    parcels: list[Parcel]
    places: dict[str, Place]

    def helper(self, record: Record) -> Helper | None:
        """Whose link a record came by; None for the requester's own."""
        return self.helpers.get(record.upload.grant_id or "")

    def pages(self, records: list[Record]) -> list[tuple[int, list[Record]]]:
        """The records in their order, the pages of one together where the first of them stands: (number, pages)."""
        rows: dict[tuple[int, str], list[Record]] = {}
        for record in records:
            place = self.places[record.upload.id]
            rows.setdefault((place.number, place.set_id), []).append(record)
        return [
            (number, sorted(pages, key=lambda each: self.places[each.upload.id].page or 0))
            for (number, _), pages in sorted(rows.items())
        ]

    @staticmethod
    def hints(record: Record) -> list[str]:
        """What may make a photographed page hard to read, as message ids with a place for the page."""
        return legible.hints(record.look)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything that the page of a case shows."""

    case: Case
    answers: SpecialistPage
    contact: tuple[Row, ...]
    wishes: tuple[Row, ...]
    records: list[Record]
    opened: set[str]
    consents: list[Consent]
    elsewhere: str
    lines: list[Line]
    names: dict[str, str]
    marks: tuple[str, ...]
    agreement: PatientAgreement | None
    speak_first: bool
    sent: list[Sent]
    whole: Completeness
    silent_since: datetime | None
    hands: OtherHands
    talk: list[Message]

    @property
    def may_talk(self) -> bool:
        """Whether a coordinator may still write to the requester."""
        return talking.may_write(self.case)

    @property
    def speakers(self) -> dict[str, str]:
        """The names of coordinators, by how the journal names them."""
        return {coordinators.actor(one): name for one, name in self.names.items()}

    @property
    def moves(self) -> list[Stage]:
        """Where the case may be moved by hand, in the order of the stages."""
        if self.case.held_as_suspect:  # somebody must look at it first
            return []
        return [stage for stage in Stage if stage in MOVES[self.case.stage] - NOT_BY_HAND]

    @property
    def may_be_declined(self) -> bool:
        """Whether the table still leads to declining."""
        return not self.case.held_as_suspect and may_move(self.case.stage, Stage.DECLINED)

    @property
    def may_ask_patient(self) -> bool:
        """Whether the agreement of an adult patient is still wanted."""
        return agreeing.may_ask(self.case, self.agreement)

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each record, by its upload; the pages of one share it."""
        return {upload_id: place.number for upload_id, place in self.hands.places.items()}

    @property
    def file_names(self) -> dict[str, str]:
        """The name of each record, by its upload."""
        return {each.id: each.name for each in self.sent}

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


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands beside a case in the list: what puts it first, and whether help with the question is wanted."""

    urgent: tuple[str, ...] = ()
    asks_for_help: bool = False


def read_marks(tx: Tx, cases: list[Case]) -> dict[str, Marks]:
    """The marks of each case that is still at work, by its id."""
    context = desk_context()
    return {case.id: _marks(tx, case, context) for case in cases if case.takes_records}


def _marks(tx: Tx, case: Case, context: FormContext) -> Marks:
    try:
        answers = store.read_answers(tx, services().keys, case)
    except (KeyGone, SealBroken):  # forgotten meanwhile, or unreadable: the list must show the others
        return Marks()
    return Marks(marks(answers, context) if case.urgent else (), asked_for_help(answers))


def desk_context() -> FormContext:
    """What the forms know, in the language of the coordinator."""
    house = services()
    return form_context(house.languages, house.operator, house.knowledge, language(), house.clock().date())


def _contact(answers: Answers, context: FormContext) -> tuple[Row, ...]:
    """How to reach people, with what was answered on other pages about it."""
    more = ((row, fields) for step, fields in ALSO_CONTACT.items() for row in read_rows(step, answers, context))
    answered = (row for row, fields in more if row.value and (fields is None or row.field in fields))
    return (*read_rows(CONTACT, answers, context), *answered)


def _wishes(answers: Answers, context: FormContext) -> tuple[Row, ...]:
    """What they would like, and where their records are: for the coordinators alone."""
    rows = (*read_rows("preferences", answers, context), *read_rows("records", answers, context))
    return tuple(row for row in rows if row.value and (row.step == "preferences" or row.field == "places"))


def read_case_file(tx: Tx, case_id: str, who: str) -> CaseFile:
    """The file of a case for one coordinator, in the language of the page. Raises CaseNotFound, KeyGone."""
    house = services()
    found = store.case_by_id(tx, case_id)
    context = desk_context()
    answers = store.read_answers(tx, house.keys, found)
    key = house.keys.get(found.key_owner)
    records = reading.records_of_case(tx, key, case_id)
    kept = [record for record in records if record.upload.verdict is not Verdict.REJECTED]
    sent = with_what_was_said(kept, key, answers, ())
    lines = journal.lines(tx, case_id)
    people = {line.actor.partition(":")[2] for line in lines if line.actor.startswith("coordinator:")}
    return CaseFile(
        case=found,
        answers=specialist_page(answers, context, read_gaps(tx, found)),
        contact=_contact(answers, context),
        wishes=_wishes(answers, context),
        records=records,
        opened=openings.opened_among(tx, who, [record.upload.id for record in records]),
        consents=consent.given(tx, case_id),
        elsewhere=store.read_elsewhere(tx, house.keys, found),
        lines=lines,
        names=coordinators.names(tx, house.keys, people | {found.coordinator_id or ""}),
        marks=marks(answers, context) if found.takes_records else (),
        agreement=agreement.read(tx, house.keys, found),
        speak_first=not patient_knows(answers),
        sent=sent,
        whole=completeness_of(answers, house.knowledge, sent, context.today),
        silent_since=silence.silent_since(tx, [found], house.clock()).get(found.id),
        hands=read_hands(tx, found, [record.upload for record in records]),
        talk=conversation.messages_of(tx, house.keys, found),
    )  # fmt: skip


def read_hands(tx: Tx, case: Case, uploads: list[Upload]) -> OtherHands:
    """What came by other hands and ways. `uploads` are all of the case, as they were received. Raises KeyGone."""
    keys = services().keys
    return OtherHands(
        {helper.grant.id: helper for helper in helpers.helpers_of(tx, keys, case)},
        viewers.viewers_of(tx, keys, case), parcels.parcels_of(tx, keys, case),
        photo_sets.places(keys.get(case.key_owner), uploads),
    )  # fmt: skip
