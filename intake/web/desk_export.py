"""What leaves the desk as a file: one case as a ZIP, in the order of its dates, and the list of cases as a table.

A cell of the table that a spreadsheet would take for a formula is made plain words first.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from flask import Blueprint, Response, request

from intake import journal
from intake.cases import store, worklist
from intake.cases.case import Case
from intake.db import Tx
from intake.desk import coordinators
from intake.desk.coordinators import actor
from intake.errors import SessionMissing
from intake.forms.answers import rows
from intake.forms.by_desk import BY_DESK
from intake.journal import Event
from intake.records.bundle import Bundle, Entry, index_text, record_entry, text_entry
from intake.web.case_file import CONTACT, desk_context, read_case_file
from intake.web.desk_list import Asked
from intake.web.desk_records import Shelf, at_the_shelf, journal_giving
from intake.web.gaps import as_lines, read_gaps
from intake.web.giving import Gift, give
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_export", __name__, url_prefix="/desk")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

MOST_ROWS = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
COLUMNS = (
    "reference", "stage", "turn", "due", "late", "urgent", "language", "opened", "claimed_by", "partner",
)  # fmt: skip
UNDATED = "undated"


@blueprint.get("/cases/<case_id>/export.zip")
def case_zip(case_id: str) -> Response:
    """One case: what was asked, and what may be read of its records, in folders by month. Whole or in part."""
    who, shelf = at_the_shelf(case_id)
    bundle, count = _bundle(shelf, who)
    name = f"{shelf.case.reference} case.zip"
    gift = Gift(bundle.stream, bundle.length, bundle.tag, name, "application/zip")
    facts = {"count": count, "bundle": bundle.tag}
    return give(gift, lambda start: journal_giving(Event.CASE_EXPORTED, start, who, case_id, **facts))


@blueprint.post("/cases.csv")
def table() -> Response:
    """The list as its filters stand, at most MOST_ROWS of it. A post: that it was taken out is journalled."""
    need_csrf("export-list")
    who, house = need_coordinator(), services()
    asked, now = Asked.of(request.form), house.clock()
    with house.database.read() as tx:
        found = list(_all_pages(tx, asked, who, now))
        owners = {case.coordinator_id for case in found if case.coordinator_id}
        names = coordinators.names(tx, house.keys, owners)
    with house.database.transaction() as tx:
        journal.write(tx, Event.QUEUE_EXPORTED, now, actor=actor(who), count=len(found))
    headers = {"Content-Disposition": 'attachment; filename="cases.csv"'}
    return Response(as_csv(found, names, now), mimetype="text/csv; charset=utf-8", headers=headers)


def as_csv(cases: list[Case], names: dict[str, str], now: datetime) -> bytes:
    """The table, with a mark by which spreadsheets know its letters (UTF-8), lines as RFC 4180 has them."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for case in cases:
        due = case.due_at.date().isoformat() if case.due_at else ""
        marks = ("yes" if case.is_late(now) else "no", "yes" if case.urgent else "no")
        owner = names.get(case.coordinator_id or "", "")
        told = (case.language, case.opened_at.date().isoformat(), owner, case.partner or "")
        writer.writerow(plain(cell) for cell in (case.reference, case.stage.value, case.turn.value, due, *marks, *told))
    return text.getvalue().encode("utf-8-sig")


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, also behind blanks (OWASP, CSV injection)."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA) else cell


def _all_pages(tx: Tx, asked: Asked, who: str, now: datetime) -> Iterator[Case]:
    after = None
    for _ in range(MOST_ROWS // worklist.PER_PAGE):
        page = worklist.read_page(tx, asked.wanted(who), now, after=after)
        yield from page.cases
        after = page.later
        if after is None:
            return


def _bundle(shelf: Shelf, who: str) -> tuple[Bundle, int]:
    """The ZIP of a case, and how many records are in it."""
    with services().database.read() as tx:
        file = read_case_file(tx, shelf.case.id, who)
        answers, gaps = _answers_text(tx, shelf.case), as_lines(read_gaps(tx, shelf.case))
    dated = {each.id: each.dated for each in file.sent}
    chosen = [(name, record) for name, record in shelf.open(shelf.readable()) if record.findings]
    months = {record.upload.id: dated.get(record.upload.id, "")[:7] or UNDATED for _, record in chosen}
    chosen.sort(key=lambda pair: (months[pair[1].upload.id] == UNDATED, months[pair[1].upload.id], pair[0]))
    entries: list[Entry] = [text_entry("answers.txt", answers, shelf.case.opened_at)]
    entries += [
        record_entry(services().vault, shelf.key, record, f"{months[record.upload.id]}/{name}")
        for name, record in chosen
    ]
    listed = [(entry.name, entry.length, entry.sha256) for entry in entries]
    index = text_entry("index.txt", index_text(shelf.case.reference, listed, gaps), shelf.case.opened_at)
    return Bundle([index, *entries]), len(chosen)


def _answers_text(tx: Tx, case: Case) -> str:
    """What was asked, as a specialist would read it; how to reach people stays at the desk."""
    keys = services().keys
    answers = {step: given for step, given in store.read_answers(tx, keys, case).items() if step != BY_DESK}
    lines = [case.reference]
    for section in rows(answers, desk_context()):
        if section.step != CONTACT:
            lines += ["", section.title, *(f"{row.label}\r\n    {row.value or '–'}" for row in section.rows)]
    return "\r\n".join([*lines, "", *as_lines(read_gaps(tx, case)), ""])
