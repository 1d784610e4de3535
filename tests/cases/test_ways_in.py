"""Who gets which link: one grant with one quota for a case, however many ask at once."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from intake.cases import ways_in
from intake.links.grants import Grant
from tests.builders import a_case

pytestmark = pytest.mark.usefixtures("database")


def test_two_who_ask_to_send_at_once_share_one_quota(services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    later = now + timedelta(days=services.settings.upload_link_days)  # the first grant is over
    given: list[Grant] = []

    def ask() -> None:
        with services.database.transaction() as tx:
            given.append(ways_in.upload_grant(tx, services, case, later))

    second = threading.Thread(target=ask)
    with services.database.transaction() as tx:
        given.append(ways_in.upload_grant(tx, services, case, later))
        second.start()
        second.join(timeout=0.5)  # it must wait for us; one that does not has answered by then
    second.join(timeout=30)
    assert len({grant.id for grant in given}) == 1


def test_a_link_allows_what_one_link_may_bring_and_never_more_than_the_case_has_room_for(services, now) -> None:
    for said, allowed in (((300, 3), (300, 3)), ((10**6, 99), (1000, 5))):
        settings = replace(services.settings, case_max_bytes=1000, case_max_files=5)
        house = replace(services, settings=replace(settings, link_max_bytes=said[0], link_max_files=said[1]))
        with services.database.transaction() as tx:
            grant = ways_in.upload_grant(tx, house, a_case(tx, house, now), now)
        assert (grant.bytes_left, grant.files_left) == allowed
