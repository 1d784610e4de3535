"""What a helper's link that is over leaves behind: unfinished uploads go, and its share goes back to the case."""

from datetime import datetime

from intake.cases import helpers, lifecycle
from intake.cases.house import House
from intake.db import Database
from intake.links import grants
from intake.records import removing
from intake.records.vault import Vault


def settle_helper(
    database: Database, vault: Vault, house: House, case_id: str, grant_id: str, now: datetime
) -> None:
    """Let nobody wait for a link that is over. Harmless twice."""
    removing.cancel_unfinished(database, vault, grant_id, grants.release, now)
    with database.transaction() as tx:
        helpers.settle(tx, case_id, grant_id, now)
        lifecycle.settle_records(tx, house, case_id, now)


def sweep_helpers(database: Database, vault: Vault, house: House, now: datetime) -> int:
    """Settle every link whose time ran out since the last round. Returns how many."""
    with database.read() as tx:
        over = helpers.over_and_unsettled(tx, now)
    for case_id, grant_id in over:
        settle_helper(database, vault, house, case_id, grant_id, now)
    return len(over)
