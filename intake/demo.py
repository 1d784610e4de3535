"""Synthetic cases for a first look, one at every stage so far, each watermarked as a demonstration.

Nobody in them exists; they are filled in through the real pages. Refused in production.
"""

from datetime import timedelta

from werkzeug.datastructures import MultiDict

from intake.cases import draft as drafts
from intake.cases import lifecycle, store, ways_in
from intake.cases.case import Case, Stage
from intake.db import Tx
from intake.errors import DemoRefused
from intake.forms.context import FORM_VERSION, FormContext, form_context
from intake.forms.draft_answers import DraftAnswers, with_page
from intake.forms.journey import next_unanswered
from intake.forms.pages import CHECK, open_page
from intake.forms.whole import whole_request
from intake.links import grants
from intake.records import checking, receiving
from intake.records.scanner import NoScanner
from intake.records.sizes import in_words
from intake.records.upload import About
from intake.services import Services

WATERMARK = "DEMONSTRATION"
ACTOR = "demo"
ELSEWHERE = "DEMONSTRATION: ask the hospital that treats you for its patient advice office."

RECORD = b"%PDF-1.4\n% DEMONSTRATION: no record of anybody\n%%EOF\n"

# The way of each demonstration case, from being opened to where it stands.
WAYS: tuple[tuple[Stage, ...], ...] = (
    (),
    (Stage.RECORDS_IN,),
    (Stage.RECORDS_IN, Stage.WITH_SPECIALIST),
    (Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED),
    (Stage.RECORDS_IN, Stage.WITH_SPECIALIST, Stage.REPORTED, Stage.CLOSED),
    (Stage.DECLINED,),
    (Stage.WITHDRAWN,),
)

# What is typed on each page, by input name, as a browser would send it.
TYPED: dict[str, list[tuple[str, str]]] = {
    "who": [("who", "myself")],
    "readers": [("may_read", "nobody")],
    "patient": [
        ("full_name", f"{WATERMARK} – no real person"),
        ("born-day", "27"), ("born-month", "3"), ("born-year", "1968"), ("country", "PT"),
    ],
    "reach-you": [
        ("email", "demonstration@example.org"), ("best_way", "email"), ("tongues", "en"),
        ("interpreter", "no"),
    ],
    "timing": [("in_hospital", "no"), ("planned", "yes"), ("plan", "An operation to take out part of the disc.")],
    "condition": [
        ("specialty", "bones-spine"),
        ("told", f"{WATERMARK}: a slipped disc in the lower back, between the fourth and fifth lumbar vertebra."),
        ("told_when-month", "5"), ("told_when-year", "2025"),
    ],
    "reason": [("reason", "major-treatment"), ("more", "")],
    "treatment": [
        ("so_far", f"{WATERMARK}: six months of exercises, two injections. The injections helped for two weeks."),
    ],
    "frame": [
        ("about_me", "I drive a tram and sit all day. I have high blood pressure."),
        ("decision", "Whether to have the operation, and to say so by the end of the month."),
        ("compared_with", "Three more months of exercises."),
        ("what_matters", "To walk to work, and to lift my grandchild."),
    ],
    "questions": [
        (
            "first",
            f"{WATERMARK}: I am 58 and have had leg pain for six months. Compared with three more months of "
            "exercises, how likely is the operation to help me walk to work, and what are its risks?",
        ),
        ("second", "Is there a smaller operation that would do?"),
    ],
    "what-matters": [("worries", "That it gets worse."), ("risk", "some")],
    "preferences": [("countries", "DE"), ("countries", "GB")],
    "records": [
        ("items_held-scan-files", "have"), ("items_held-scan-reports", "have"),
        ("items_held-clinic-letters", "can-get"), ("items_held-operation-notes", "have-not"),
        ("tongues", "pt"), ("tongues", "en"),
    ],
    "consent": [(tick, "yes") for tick in ("review", "abroad", "contact", "statement")],
}  # fmt: skip


def fill(services: Services) -> int:
    """Make one case for every way. Returns how many. Raises DemoRefused in production or beside other cases."""
    with services.database.read() as tx:
        others = store.any_case(tx)
    if not services.settings.in_development or others:
        raise DemoRefused
    for number, way in enumerate(WAYS, start=1):
        with services.database.transaction() as tx:
            case = _open(tx, services, number)
        if Stage.RECORDS_IN in way:
            _send_record(services, case)
        with services.database.transaction() as tx:
            _go(tx, services, case, way)
    return len(WAYS)


def answers(context: FormContext, typed: dict[str, list[tuple[str, str]]] | None = None) -> DraftAnswers:
    """A complete request, filled in page by page. Raises ValueError naming the page that does not take it."""
    given: DraftAnswers = {}
    while (step := next_unanswered(given, context)) != CHECK:
        page = open_page(step, context, given, MultiDict((typed or TYPED)[step]))
        if not page.validate():
            raise ValueError(f"{step}: {page.mistakes}")
        given = with_page(given, page)
    return given


def _open(tx: Tx, services: Services, number: int) -> Case:
    now = services.clock() - timedelta(days=number)
    keys, days = services.keys, services.settings.draft_days
    context = form_context(services.languages, services.operator, services.knowledge, "en", now.date())
    draft = drafts.begin_draft(tx, keys, drafts.new_draft_id(), "en", FORM_VERSION, days, now)
    given = answers(context)
    drafts.save_answers(tx, draft, given, days, now)
    drafts.save_address(tx, keys, draft, given["reach-you"]["email"], days, now)
    draft = drafts.read_draft(tx, keys, draft.id, now)
    return lifecycle.confirm_draft(tx, services, draft, whole_request(draft.answers, context), now)


def _send_record(services: Services, case: Case) -> None:
    """One small record, through the same verbs that a browser's upload goes through."""
    key, now, settings = services.keys.get(case.key_owner), services.clock(), services.settings
    most = settings.upload_max_bytes
    limits = receiving.Limits(most, settings.disk_min_free_bytes, in_words(most))
    with services.database.transaction() as tx:
        source = receiving.From(case.id, ways_in.upload_grant(tx, services, case, now).id, ACTOR)
        told = (source, About(f"{WATERMARK}.pdf"), len(RECORD), limits)
        upload = receiving.begin_upload(tx, key, services.vault, *told, grants.reserve, now)
    receiving.append(services.database, services.vault, key, upload.id, 0, [RECORD], services.clock)
    checking.check_record(services.database, services.vault, key, upload.id, NoScanner(), grants.release, now)


def _go(tx: Tx, services: Services, case: Case, way: tuple[Stage, ...]) -> None:
    now = services.clock()
    for stage in way:
        if stage is Stage.DECLINED:
            lifecycle.decline_case(tx, services, case.id, "no_specialist", ELSEWHERE, ACTOR, now)
        else:
            lifecycle.move_case(tx, services, case.id, stage, ACTOR, now)
