"""Every answer that others read has a label of theirs, and every label belongs to an answer."""

from intake.forms.pages import BY_STEP, PAGES, fields_of
from intake.forms.read_as import READ_AS, read_rows
from tests.builders import a_context, filled_answers

# Shown in another way than as a row, or not at all.
NOT_ROWS = {("questions", name) for name in ("first", "second", "third")} | {("records", "items_held"), ("who", "who")}


def test_every_label_belongs_to_a_field() -> None:
    fields = {(page.step, name) for page in PAGES for name, _ in fields_of(page)}
    assert set(READ_AS) <= fields


def test_nobody_who_reads_a_case_is_called_you(services) -> None:
    context, answers = a_context(services), filled_answers(services)
    steps = set(BY_STEP) - {"who", "questions", "consent"}
    rows = [row for step in steps for row in read_rows(step, answers, context)]
    assert len(rows) > 15
    assert [row.label for row in rows if "you" in row.label.lower() and (row.step, row.field) not in NOT_ROWS] == []
