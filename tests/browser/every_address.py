"""Every address of the service that a browser can ask for, and which test looks at its page.

A new one stands in none of these tables, and tests/browser/test_every_address.py fails until it does.
"""

from collections.abc import Iterable
from typing import Any

from werkzeug.exceptions import HTTPException

from intake.app import create_app
from intake.services import Services

# Looked at by test_every_address.py on a prepared shelf: what to ask for, by endpoint. Names in braces are the shelf's.
DESK: dict[str, tuple[str, ...]] = {
    "desk.cases": ("/desk/", "/desk/?turn=coordinator", "/desk/?turn=patient&stage=opened", "/desk/?stage=erased"),
    "desk.case": (
        "/desk/cases/{case_id}", "/desk/cases/{carer}", "/desk/cases/{held}", "/desk/cases/{opened}?said=taken",
        "/desk/cases/{declined}", "/desk/cases/{with_specialist}", "/desk/cases/{stopped}",
    ),
    "desk.ask_decline": ("/desk/cases/{case_id}/decline",),
    "desk_account.account": ("/desk/account",),
    "desk_agreement.ask_signed": ("/desk/cases/{carer}/agreement",),
    "desk_calls.calls": ("/desk/calls",),
    "desk_contact.ask": ("/desk/cases/{case_id}/contact",),
    "desk_finding.ask": ("/desk/find",),
    "desk_hands.ask_received": ("/desk/cases/{case_id}/parcels/{parcel_id}/received",),
    "desk_hands.ask_returned": ("/desk/cases/{case_id}/parcels/{parcel_here}/returned",),
    "desk_hands.ask_viewer": ("/desk/cases/{case_id}/viewers/{viewer_id}",),
    "desk_letters.letters": ("/desk/letters", "/desk/letters?said=done"),
    "desk_letters.unopened": ("/desk/unopened",),
    "desk_messages.ask_new": ("/desk/cases/{case_id}/messages/new",),
    "desk_opening.ask": ("/desk/open",),
    "desk_people.people": ("/desk/people",),
    "desk_people.ask_invite": ("/desk/people/invite",),
    "desk_people.person": ("/desk/people/{coordinator_id}",),
    "desk_people.ask_close": ("/desk/people/{coordinator_id}/close",),
    "desk_people.ask_reset": ("/desk/people/{coordinator_id}/reset",),
    "desk_receipt.show": ("/desk/cases/{case_id}/receipt",),
    "desk_records.ask_open": ("/desk/cases/{case_id}/records/{upload_id}/open",),
    "desk_records.ask_open_all": ("/desk/cases/{case_id}/records/open-all",),
    "desk_replies.all_of_them": ("/desk/replies",),
    "desk_replies.begin": ("/desk/replies/new",),
    "desk_replies.show": ("/desk/replies/{reply_id}",),
    "desk_routing.routing": ("/desk/routing",),
    "desk_silent.silent": ("/desk/silent",),
    "desk_suspects.suspects": ("/desk/suspects",),
    "desk_suspects.ask_abuse": ("/desk/suspects/{held}/abuse",),
    "desk_work.ask_go_on": ("/desk/cases/{case_id}/go-on",),
    "desk_work.ask_stop": ("/desk/cases/{case_id}/stop", "/desk/cases/{stopped}/stop"),
}
PATIENT: dict[str, tuple[str, ...]] = {
    "case.home": ("/case/",),
    "case.sent": ("/case/sent",),
    "case_history.show": ("/case/history",),
    "case_messages.show": ("/case/messages",),
    "case_messages.ask_answer": ("/case/messages/{message_id}/answer",),
    "case_stop.ask": ("/case/stop",),
}
# Looked at by other tests, each in its own state: by the one that walks as visitors do, or as named.
WALKED = frozenset({
    "request.before.start", "request.before.can_it_wait", "request.before.emergency", "request.before.paper",
    "request.before.ask_number", "request.before.called", "request.show", "request.check", "request.preview.show",
    "request.returning.save", "request.returning.saved", "request.returning.ask_address", "request.sent",
    "links.land", "case.home", "case.receipt.show", "case.receipt.ask", "case.case_countries.ask",
    "case.case_records_list.show_of_case", "case.ask_withdraw", "records.show", "case_describe.show",
    "case_describe.ask", "case_whole.show", "case_receipt.show", "enrolling.enrol", "desk.cases", "desk.case",
    "desk.ask_decline", "sign_in.sign_in",
})  # fmt: skip
IN_OTHER_TESTS = {
    "agree.home": "test_agreement_pages", "case_agreement.to_sign": "test_agreement_pages",
    "case_agreement.ask_address": "test_agreement_pages",
    "case_helpers.show": "test_other_hands", "case_helpers.show_one": "test_other_hands",
    "case_helpers.sheet": "test_other_hands", "case_parcels.show": "test_other_hands",
    "case_parcels.ask_sent": "test_other_hands", "case_photos.show": "test_other_hands",
    "case_photos.show_set": "test_other_hands", "case_viewers.show": "test_other_hands",
    "helping.ask": "test_other_hands", "enrolling.ask_password": "test_desk_people",
    "sign_in.ask_password": "test_desk_people", "request.before.time": "test_the_question",
    "request.records_list.show": "test_keeping_pages", "request.deleting.ask": "test_keeping_pages",
    "request.deleting.deleted": "test_keeping_pages", "dev_letters.gallery": "test_desk_letters",
    "dev_letters.sample": "test_desk_letters", "dev_letters.sample_html": "test_desk_letters",
    "dev.mailbox": "test_desk", "dev.letter": "test_desk", "dev.letter_html": "test_desk",
}  # fmt: skip
# What answers with a file, with a way on, or to a machine.
NO_PAGE = frozenset({
    "static", "scripts.give", "machines.alive", "machines.ready", "agree.receipt", "case.receipt.as_file",
    "case_receipt.as_file", "desk_export.case_zip", "desk_records.download", "desk_records.download_all",
    "request.choose_language", "request.go_on",
})  # fmt: skip


def all_endpoints(house: Services) -> set[str]:
    """The endpoint of every address that answers to GET."""
    return {rule.endpoint for rule in create_app(house).url_map.iter_rules() if "GET" in (rule.methods or ())}


def endpoints_of(house: Services, paths: Iterable[str]) -> set[str]:
    """The endpoints behind the paths; what leads nowhere has none."""
    at: Any = create_app(house).url_map.bind("localhost")
    found = set()
    for path in paths:
        try:
            found.add(at.match(path)[0])
        except HTTPException:  # the pages of errors
            continue
    return found
