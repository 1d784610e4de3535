"""Saying what each file is: all guesses with one press, or one file at a time, a short page for each question.

Pages open without script, keep what was typed, and may be left at any moment: it can be said later, or never.
"""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, redirect, request

from intake.db import Tx
from intake.errors import MoveNotAllowed, UploadNotFound
from intake.forms.case_records import Sent, dated_in_words, tongue_in_words
from intake.forms.describe_record import DETAILS, ORIGINAL, PAGES, WHAT, DescribeForm, page_after, page_before
from intake.records import described
from intake.records.described import Described
from intake.records.upload import key_owner
from intake.web.described_records import Shelf, read_shelf, spoken_context
from intake.web.pages import page
from intake.web.record_visitor import visitor_here
from intake.web.security import guard, limit, need_csrf, services
from intake.web.uploads import sent_by

blueprint = Blueprint("case_describe", __name__, url_prefix="/case/records/describe")

HOME = "/case/records/describe"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about one file: the shelf it stands on, the file, and which page."""

    shelf: Shelf
    sent: Sent
    which: str

    @property
    def filled_in(self) -> Described:
        """What stands on the page beforehand: what was said, and our guess where nothing was said yet."""
        said, guessed = self.sent.said, self.sent.guessed
        if self.which == WHAT:
            return said if said.said else guessed
        if self.which == DETAILS and not said.language:
            return replace(guessed, dated=said.dated or guessed.dated)
        return replace(said, beside=guessed.beside) if self.which == ORIGINAL and not said.by else said

    def form(self, *typed: object) -> DescribeForm:
        """The page's form."""
        others = self.shelf.beside(self.sent) if self.which == ORIGINAL else {}
        signed = {"guard": guard(), "offered": self.shelf.offered, "others": others}
        return PAGES[self.which](self.shelf.context, self.filled_in, *typed, **signed)


@blueprint.get("")
def show() -> Response:
    """Every file with what was said of it, or our guess."""
    return page("case/records/describe.html", shelf=_shelf())


@blueprint.post("/accept")
@limit("describe")
def accept() -> Response:
    """Our guesses are right: keep those that were shown, and none that changed since."""
    need_csrf("records-accept")
    shelf, house = _shelf(), services()
    shown = set(request.form.getlist("shown"))
    key, now = house.keys.get(key_owner(shelf.case.id)), house.clock()
    with house.database.transaction() as tx:
        by = _by(tx)
        for sent in shelf.guessed:
            if _mark(sent) in shown:
                described.describe(tx, key, sent.id, sent.guessed, now, by)
    return redirect(HOME, 303)


@blueprint.get("/<upload_id>/<which>")
def ask(upload_id: str, which: str) -> Response:
    """One question about one file."""
    asked = _asked(upload_id, which)
    return _draw(asked, asked.form())


@blueprint.post("/<upload_id>/<which>")
@limit("describe")
def answer(upload_id: str, which: str) -> Response:
    """Keep the answer, and go on to what it makes the next question; after the last one, to the next file."""
    asked, house = _asked(upload_id, which), services()
    form = asked.form(request.form)
    if not form.validate():
        return _draw(asked, form, 422)
    said = form.kept(asked.sent.said)
    key, now = house.keys.get(key_owner(asked.shelf.case.id)), house.clock()
    with house.database.transaction() as tx:
        described.describe(tx, key, upload_id, said, now, _by(tx))
    return redirect(_next(asked, page_after(which, said)), 303)


@blueprint.app_template_global("tongue")
def tongue_said(code: str) -> str:
    """The name of a language, for the pages of described records."""
    return tongue_in_words(code, spoken_context())


@blueprint.app_template_global("dated_in_words")
def dated_said(dated: str) -> str:
    """The date of a record, for the same."""
    return dated_in_words(dated, spoken_context())


def _shelf() -> Shelf:
    """Raises SessionMissing, and MoveNotAllowed once the case takes no more records."""
    with services().database.read() as tx:
        shelf = read_shelf(tx, visitor_here())
    if not shelf.case.takes_records:
        raise MoveNotAllowed
    return shelf


def _by(tx: Tx) -> str:
    """Who says it, in the journal: somebody who only holds a helper's link, or the requester."""
    visitor = visitor_here()
    return sent_by(tx, visitor.sending.grant_id if visitor.sending and not visitor.looking else None)


def _asked(upload_id: str, which: str) -> Asked:
    """Raises UploadNotFound for a file that may not be described here, or a page that does not exist."""
    shelf = _shelf()
    if which not in PAGES:
        raise UploadNotFound
    return Asked(shelf, shelf.one(upload_id), which)


def _next(asked: Asked, which: str) -> str:
    if which:
        return f"{HOME}/{asked.sent.id}/{which}"
    waiting = [each.id for each in asked.shelf.waiting if each.id != asked.sent.id]
    return f"{HOME}/{waiting[0]}/{WHAT}" if waiting else HOME


def _draw(asked: Asked, form: DescribeForm, status: int = 200) -> Response:
    before = page_before(asked.which)
    back = f"{HOME}/{asked.sent.id}/{before}" if before else HOME
    here = f"{HOME}/{asked.sent.id}/{asked.which}"
    waiting = len([each for each in asked.shelf.waiting if each.id != asked.sent.id])
    return page(
        "case/records/describe_one.html", status, form=form, sent=asked.sent, back=back, here=here, waiting=waiting,
        guessed=asked.which == WHAT and not asked.sent.said.said and asked.sent.guessed.said,
    )  # fmt: skip


@blueprint.app_template_global("guess_mark")
def _mark(sent: Sent) -> str:
    """Which guess was shown for which file: only that one is taken by a press."""
    return f"{sent.id}:{'+'.join(sent.guessed.items)}:{sent.guessed.language}:{sent.guessed.dated}"
