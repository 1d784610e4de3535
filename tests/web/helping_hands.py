"""Helpers for tests: a link made by the real verb, and a browser that came in through it or through its code."""

from datetime import datetime

from intake.cases import helpers, store, ways_in
from intake.cases.case import Case
from intake.cases.helpers import Helper, HelperKind
from intake.services import Services
from tests.visitor import Visitor
from tests.web.sending import let_in_to_look


def a_helper(services: Services, case: Case, now: datetime, *, note: str = "ward 7", language: str = "en") -> Helper:
    """A link for a hospital."""
    with services.database.transaction() as tx:
        return helpers.make_helper(tx, services, case.id, HelperKind.HOSPITAL, language, note, now)


def let_in_to_help(client: Visitor, services: Services, helper: Helper) -> None:
    """Press the button of the link."""
    path = ways_in.address_of(services, helper.grant).removeprefix(services.settings.base_url)
    assert client.answer(client.get(path)).location == "/case/records"


def let_in_with_address(client: Visitor, services: Services, case: Case, now: datetime) -> None:
    """The requester, with the address typed."""
    with services.database.read() as tx:
        address = store.read_address(tx, services.keys, case)
    let_in_to_look(client, services, case, now, address)
