"""Letters that did not arrive, and cases nobody opened, in a real browser; and letters as a mail program draws them.

With INTAKE_PICTURES set, each page is kept there as a picture to be looked at.
"""

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from intake.cases.draft import address_hash
from intake.clock import now as real_now
from intake.mail import deliveries, outbox
from tests.browser.test_desk import enrol, give_device, house, invite, picture  # noqa: F401  # fixtures
from tests.builders import a_case

FATES = [("dead", "http_401", None), ("dead", "bounced", "bounced"), ("sent", "spam_report", "spam_report")]
LOOKED_AT = ["case_opened/en", "desk_case_opened/en", "desk_digest/es", "desk_letter_lost/ar", "records_reminder/ar"]


def lose_some(services: Any) -> None:
    """Three letters with three fates, and a colleague whom nothing reaches; the worker finds nothing more to send."""
    now = real_now()
    with services.database.transaction() as tx:
        for _ in FATES:
            a_case(tx, services, now)
        table = outbox.letters
        tx.execute(update(table).where(table.c.state == "queued").values(state="sent", sent_at=now))
        ids = [row.id for row in tx.all(select(table.c.id).where(table.c.letter == "case_opened"))]
        for letter_id, (state, code, delivery) in zip(ids, FATES, strict=True):
            fate = {"state": state, "last_code": code, "delivery": delivery, "sent_at": now, "attempts": 11}
            tx.execute(update(table).where(table.c.id == letter_id).values(**fate))
        deliveries.suppress(tx, address_hash(services.keys, "ines@clinic.example"), "bounced", now)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_what_did_not_arrive_is_seen_and_dealt_with_by_keyboard(visitors, axe, invite, house, size) -> None:  # noqa: F811
    page = visitors(phone=size == "phone")
    give_device(page)
    enrol(page, invite())
    lose_some(house)
    for address in ("/desk/", "/desk/unopened", "/desk/letters"):
        page.goto(f"{house.settings.base_url}{address}")
        expect(page.get_by_text("Letters do not reach everybody at the desk")).to_be_visible()
        axe(page)
        picture(page, f"post{address.replace('/', '-')}-{size}")
    done = page.get_by_role("button", name="Dealt with")
    expect(done).to_have_count(3)
    done.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The letter is off the list")
    expect(done).to_have_count(2)
    axe(page)
    assert visitors.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_are_readable_on_a_small_screen_by_day_and_by_night(visitors, axe, live_server, scheme) -> None:
    base = live_server.settings.base_url
    page = visitors(color_scheme=scheme, bypass_csp=True)
    for letter in LOOKED_AT:
        page.goto(f"{base}/dev/letters/{letter}/html")
        axe(page)
        picture(page, f"letter-{letter.replace('/', '-')}-{scheme}")
    page = visitors(color_scheme=scheme)
    for address in ("", "/case_opened/ar"):
        page.goto(f"{base}/dev/letters{address}")
        axe(page)
        picture(page, f"gallery{address.replace('/', '-')}-{scheme}")
