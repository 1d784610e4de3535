"""The table of every field is written from the pages, says why each is asked and who sees it, and is up to date."""

from intake.forms.pages import PAGES, fields_of
from ops.fields import TABLE, as_text, beside, rows, the_context


def test_the_table_is_up_to_date() -> None:
    assert TABLE.read_text(encoding="utf-8") == as_text(the_context()), "run: make fields"


def test_every_field_of_every_page_is_in_it() -> None:
    told = {(each.page, each.field) for each in rows(the_context())}
    assert told >= {(page.step, name) for page in PAGES for name, _ in fields_of(page)}
    assert len(told) > 30


def test_every_field_says_why_it_is_asked_what_fits_and_who_sees_it() -> None:
    for each in (*rows(the_context()), *beside(the_context())):
        assert len(each.why) > 10 and each.kind and each.seen_by in ("specialist", "coordinator", "nobody"), each
