"""A case from the first page to its end, on both sides, in Arabic on a phone: letters by two ways, nobody left waiting.

Letters go out through a mail server first; then the operator changes to SendGrid, whose signed events come back. On
every page somebody has the next step, and a date is on screen. With INTAKE_PICTURES set, each page is kept there.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from intake.services import Services, make_services
from tests.browser import whole_case_steps as steps
from tests.browser.whole_case import Post, Watch
from tests.components.browser import Visitors
from tests.components.fake_sendgrid import FakeSendGrid, sendgrid  # noqa: F401  # a fixture
from tests.components.sendgrid_events import Signer
from tests.components.smtp import Mailroom
from tests.live import LiveServer


@pytest.fixture
def post(smtp_server: Mailroom, sendgrid: FakeSendGrid) -> Post:  # noqa: F811
    """Both ways of letters."""
    return Post(smtp_server, sendgrid, Signer())


@pytest.fixture
def server(start_server: Callable[..., LiveServer], post: Post) -> LiveServer:
    """The service, its letters going through the mail server; SendGrid's account is set up already."""
    room = post.mailroom
    smtp = {"smtp_host": room.host, "smtp_port": room.port, "smtp_security": "none"}
    grid = {
        "sendgrid_key": "SG.loopback",
        "sendgrid_host": post.sendgrid.host,
        "sendgrid_events_key": post.signer.shown,
    }
    started = start_server(mail="smtp", **smtp, **grid)
    post.base_url = started.base_url
    return started


@pytest.fixture
def house(server: LiveServer) -> Iterator[Services]:
    """The services of the running server, on the real clock."""
    made = make_services(server.settings)
    yield made
    made.close()


@pytest.fixture
def watch(house: Services, axe: Callable[[Page], None]) -> Watch:
    """Looks at every page on the way."""
    return Watch(house, axe, "ar")


def test_from_the_first_page_to_the_end_nobody_is_without_a_next_step(
    server: LiveServer, house: Services, post: Post, watch: Watch, visitors: Visitors, tmp_path: Path
) -> None:
    ines, omar, laila = visitors(phone=False), visitors(phone=False), visitors(locale="ar")
    steps.the_desk_is_staffed(server, post, ines, omar)
    case = steps.a_request_is_sent(laila, server.base_url, house, post, watch)
    steps.records_are_sent(laila, post, watch, case, tmp_path)
    steps.the_routed_one_gives_it_back_and_another_claims_it(ines, omar, post, watch, case)
    asked = steps.a_question_is_asked(omar, post, watch, case)
    server.kill9()
    server.env["INTAKE_MAIL"] = "sendgrid"  # the operator changes the provider
    server.restart("serve", "work")
    steps.the_question_is_answered(visitors(locale="ar"), post, watch, case, asked)
    steps.the_records_are_complete(laila, omar, post, watch, case)
    steps.it_is_handed_over_and_goes_on(omar, ines, laila, post, watch, case)
    steps.another_is_declined(ines, visitors(locale="ar"), house, post, watch)
    steps.a_call_becomes_a_case(ines, visitors(locale="ar"), house, post, watch)
    assert [complaint for complaint in visitors.complaints if "net::ERR_" not in complaint] == []
