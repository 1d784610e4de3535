"""The list of records: for each, whether the person has it. An item left open is allowed and says so."""

from typing import Any

from wtforms.validators import StopValidation

from intake.forms.fields.choices import I_DO_NOT_KNOW, NOT_OFFERED, Option
from intake.forms.fields.question import Question
from intake.knowledge.facts import ChecklistItem
from intake.languages import N_

HAVE, CAN_GET, HAVE_NOT = "have", "can-get", "have-not"

STATES = (
    Option(HAVE, N_("I have it")),
    Option(CAN_GET, N_("I can get it")),
    Option(HAVE_NOT, N_("I do not have it")),
    I_DO_NOT_KNOW,
)
STATE_IDS = frozenset(state.id for state in STATES)


class RecordsChecklist(Question):
    """One choice for each item of the specialty's list; data is {item id: state id}."""

    kind = "checklist"
    group = True

    @property
    def items(self) -> tuple[ChecklistItem, ...]:
        """What to ask about, from the form."""
        return tuple(self._form.items)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Stored states, then whatever was chosen over them."""
        self.process_errors = []
        kept = data if isinstance(data, dict) else {}
        self.data = {item: state for item, state in kept.items() if isinstance(state, str)}
        if formdata is not None:
            for item in self.items:
                self.data.pop(item.id, None)
                chosen = formdata.get(self.box_name(item.id))
                if chosen:
                    self.data[item.id] = chosen

    def box_name(self, item_id: str) -> str:
        """The input's name for one item."""
        return f"{self.name}-{item_id}"

    def state_of(self, item_id: str) -> str:
        """The state chosen for an item, or ""."""
        return str(self.data.get(item_id, ""))

    def states(self) -> list[tuple[str, str]]:
        """(id, label) of the four states."""
        return [(state.id, self.say(state.label)) for state in STATES]

    @property
    def anchor(self) -> str:
        """The first state of the first line to mend, or of the first line."""
        wrong = [item.id for item in self.items if self.state_of(item.id) not in STATE_IDS]
        first = (wrong or [item.id for item in self.items] or [""])[0]
        return f"{self.box_name(first)}-{HAVE}"

    def check(self, form: Any) -> None:
        """Raises for a state that does not exist; items left open are allowed."""
        shown = {item.id for item in self.items}
        if any(state not in STATE_IDS for item, state in self.data.items() if item in shown):
            raise StopValidation(self.say(NOT_OFFERED))

    @property
    def typed(self) -> dict[str, list[str]]:
        return {self.box_name(item): [state] for item, state in self.data.items()}

    def by_state(self, state: str) -> list[str]:
        """Titles of the items in this state ("" for those left open), in the order of the list."""
        return [self.say(item.title) for item in self.items if self.state_of(item.id) == state]

    def said(self) -> str:
        """The items by their state, one state on each line."""
        states = [*self.states(), ("", self.say(N_("Not answered")))]
        lines = [(label, self.by_state(state)) for state, label in states]
        return "\n".join(
            self.say(N_("%(state)s: %(records)s"), state=label, records=" · ".join(titles))
            for label, titles in lines
            if titles
        )

    @property
    def theirs(self) -> bool:
        return False
