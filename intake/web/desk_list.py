"""The list of cases as the desk draws it: what the address bar asks of it, and what stands beside each case."""

from dataclasses import dataclass
from typing import Any

from flask import Response, url_for
from werkzeug.datastructures import MultiDict

from intake.cases import awaiting, call_backs, silence, worklist
from intake.cases.case import Case, Stage, Turn
from intake.cases.worklist import Place, Wanted, Whose
from intake.db import Tx
from intake.desk import coordinators
from intake.records import store as record_store
from intake.web.case_file import read_marks
from intake.web.desk_letters import read_post
from intake.web.pages import page
from intake.web.security import services

# What the desk offers first, as the address says it: the name of a way, and what it asks of the list.
WAYS: dict[str, dict[str, str]] = {
    "mine": {"whose": "mine"}, "nobody": {"whose": "nobody"}, "late": {"late": "1"},
    "coordinator": {"turn": "coordinator"}, "patient": {"turn": "patient"}, "specialist": {"turn": "specialist"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address bar asks of the list. What it cannot be is left out."""

    whose: Whose | None = None
    turn: Turn | None = None
    stage: Stage | None = None
    late: bool = False
    after: Place | None = None
    before: Place | None = None

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "Asked":
        """Read from the address."""
        whose, turn, stage = args.get("whose"), args.get("turn"), args.get("stage")
        return cls(
            Whose(whose) if whose in list(Whose) else None,
            Turn(turn) if turn in list(Turn) else None,
            Stage(stage) if stage in list(Stage) else None,
            args.get("late") == "1",
            Place.read(args.get("after", "")),
            Place.read(args.get("before", "")),
        )

    @property
    def kept(self) -> dict[str, str]:
        """The filters alone, as the address says them."""
        said = {"whose": self.whose, "turn": self.turn, "stage": self.stage}
        return {name: value.value for name, value in said.items() if value} | ({"late": "1"} if self.late else {})

    @property
    def way(self) -> str:
        """Which of the ways is open; "all" without any filter, "" for another mixture."""
        return next((name for name, said in ({"all": {}} | WAYS).items() if said == self.kept), "")

    def wanted(self, me: str) -> Wanted:
        """The same, as the list is read."""
        return Wanted(me, self.whose, self.turn, self.stage, self.late)

    def address(self, **place: Place | None) -> str:
        """The address of the page at a place; "" for none."""
        at = {name: str(value) for name, value in place.items() if value is not None}
        return url_for("desk.cases", **self.kept, **at) if at else ""


def list_page(asked: Asked, me: str) -> Response:
    """A page of the list for one coordinator."""
    house, now = services(), services().clock()
    wanted = asked.wanted(me)
    with house.database.read() as tx:
        found = worklist.read_page(tx, wanted, now, after=asked.after, before=asked.before)
        shown = beside(tx, list(found.cases)) | _above(tx) | {"counts": worklist.counts(tx, me, now)}
    earlier, later = asked.address(before=found.earlier), asked.address(after=found.later)
    shown |= {"ways": {name: url_for("desk.cases", **said) for name, said in WAYS.items()}, "me": me}
    shown |= {"stages": Stage, "turns": Turn, "most": worklist.MOST_COUNTED}
    return page("desk/cases.html", asked=asked, earlier=earlier, later=later, **shown)


def beside(tx: Tx, cases: list[Case]) -> dict[str, Any]:
    """What a table of cases needs to know beside them."""
    house, now = services(), services().clock()
    owners = {case.coordinator_id for case in cases if case.coordinator_id}
    return {
        "cases": cases, "tallies": record_store.tally(tx, [case.id for case in cases]), "now": now,
        "names": coordinators.names(tx, house.keys, owners), "away": coordinators.away_among(tx, owners, now),
        "silent": silence.silent_since(tx, cases, now),
        "marks": read_marks(tx, cases),
    }  # fmt: skip


def _above(tx: Tx) -> dict[str, Any]:
    """What wants a look before the list does."""
    return {
        "post": read_post(tx), "calls": call_backs.count(tx),
        "suspects": awaiting.count_suspects(tx), "scanned": services().settings.scanner != "none",
    }  # fmt: skip
