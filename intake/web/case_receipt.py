"""The receipt of the records: a page to print, and a file. For whoever typed the address; the desk has the same."""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect

from intake.cases import consent, store
from intake.cases.case import Case
from intake.cases.record_receipt import FORMAT, RecordsReceipt, records_receipt
from intake.db import Tx
from intake.links.sessions import Role, Session
from intake.records import reading
from intake.records import store as record_store
from intake.records.checking import REASONS
from intake.records.filetypes import BY_ID
from intake.records.sizes import in_words
from intake.web.cookies import services
from intake.web.pages import language, page, speak
from intake.web.security import need_session

blueprint = Blueprint("case_receipt", __name__, url_prefix="/case/records")

HOME = "/case/"


@blueprint.get("/receipt")
def show() -> Response:
    """What arrived, whole and how checked, who can open it, and when it goes."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    case, receipt = _mine(session)
    return page("case/records/receipt.html", case=case, **receipt_words(receipt))


@blueprint.get("/receipt.json")
def as_file() -> Response:
    """The same, for a program or an archive."""
    session = need_session(Role.CASE)
    if not session.address_checked:
        return redirect(HOME, 303)
    case, receipt = _mine(session)
    answer = jsonify(_as_json(case, receipt))
    answer.headers["Content-Disposition"] = 'attachment; filename="records-receipt.json"'
    return answer


def read_receipt(tx: Tx, case: Case) -> RecordsReceipt:
    """The receipt of a case. Raises KeyGone once it was erased."""
    key = services().keys.get(case.key_owner)
    records = [reading.open_told(key, upload) for upload in record_store.ever_received(tx, case.id)]
    return records_receipt(case, records, consent.standing(tx, case.id, consent.REQUESTER))


def receipt_words(receipt: RecordsReceipt) -> dict[str, Any]:
    """What the table of a receipt is drawn with."""
    names = dict(services().languages.country_names(language()))
    countries = services().languages.listed(language(), [names.get(code, code) for code in receipt.countries])
    told = {"reasons": REASONS, "kinds": BY_ID, "in_words": in_words, "now": services().clock()}
    return told | {"receipt": receipt, "countries": countries}


def _mine(session: Session) -> tuple[Case, RecordsReceipt]:
    with services().database.read() as tx:
        case = store.case_by_id(tx, session.subject)
        speak(session.language or case.language)
        return case, read_receipt(tx, case)


def _as_json(case: Case, receipt: RecordsReceipt) -> dict[str, Any]:
    house = services()
    operator = house.operator.in_language(language())
    return {
        "format": FORMAT,
        "reference": case.reference,
        "made_at": house.clock().isoformat(),
        "holder": {"service": operator.service.name, "legal_name": operator.service.legal_name},
        "specialist_countries": list(receipt.countries),
        "said_to_be_all_at": case.records_declared_at.isoformat() if case.records_declared_at else None,
        "records": [line.as_json for line in receipt.lines],
        "records_count": len(receipt.lines),
        "records_size": receipt.size,
        "case_deleted_on": case.purge_at.date().isoformat(),
    }
