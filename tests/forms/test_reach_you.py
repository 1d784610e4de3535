"""When and where to reach people: the time of day, and the time zone of the country they live in."""

from typing import Any

import pytest

from intake.forms.context import FormContext
from intake.forms.journey import answered
from intake.forms.pages import open_page
from tests.forms.conftest import Fill


def living_in(country: str) -> dict[str, dict[str, Any]]:
    return {"who": {"who": "myself"}, "patient": {"country": country}}


def asking_from(own: str, country: str) -> dict[str, dict[str, Any]]:
    return {"who": {"who": "carer"}, "asking": {"your_country": own}, "patient": {"country": country}}


def test_only_the_zones_of_the_country_are_offered(context: FormContext) -> None:
    spain = open_page("reach-you", context, living_in("ES"))["zone"].names
    assert set(spain) == {"Europe/Madrid", "Africa/Ceuta", "Atlantic/Canary"}
    assert spain["Europe/Madrid"] == "Madrid (GMT+01:00)" and spain["Atlantic/Canary"] == "Canary (GMT+00:00)"


def test_a_zone_of_another_country_is_refused(fill: Fill) -> None:
    assert fill("reach-you", {"zone": "Asia/Amman"}, living_in("ES"))["zone"].errors
    assert fill("reach-you", {"zone": "Europe/Madrid"}, living_in("ES"))["zone"].stored() == "Europe/Madrid"


def test_a_zone_need_not_be_chosen(fill: Fill) -> None:
    assert not fill("reach-you", {"zone": ""}, living_in("ES"))["zone"].errors


def test_where_a_country_has_one_zone_it_is_there_already_and_may_be_changed(context: FormContext, fill: Fill) -> None:
    assert open_page("reach-you", context, living_in("NP"))["zone"].data == "Asia/Kathmandu"
    assert open_page("reach-you", context, living_in("ES"))["zone"].data == ""
    assert fill("reach-you", {"zone": ""}, living_in("NP"))["zone"].stored() == ""


@pytest.mark.parametrize("country", ["", "BV", "XX"])
def test_a_country_without_zones_that_we_know_is_not_asked(fill: Fill, context: FormContext, country: str) -> None:
    form = open_page("reach-you", context, living_in(country))
    assert not form["zone"].asked and not fill("reach-you", {"zone": "x"}, living_in(country))["zone"].errors


def test_whoever_asks_from_another_country_has_the_clock_and_the_telephone_of_that_country(fill: Fill) -> None:
    form = fill("reach-you", {"phone": "612 345 678", "zone": "Europe/Madrid"}, asking_from("ES", "JO"))
    assert not form["phone"].errors and not form["zone"].errors
    assert form["phone"].stored() == "+34612345678"
    assert fill("reach-you", {"zone": "Europe/Madrid"}, asking_from("", "JO"))["zone"].errors


def test_moving_to_another_country_asks_for_the_zone_again_and_for_nothing_else(context: FormContext) -> None:
    given = {"email": "ana@example.org", "zone": "Europe/Madrid", "best_way": "email"}
    spain = living_in("ES") | {"reach-you": given}
    assert answered("reach-you", spain, context)
    moved = living_in("JO") | {"reach-you": given}
    assert not answered("reach-you", moved, context)
    again = open_page("reach-you", context, moved)
    assert (again["email"].data, again["best_way"].data) == ("ana@example.org", "email")
    assert again["zone"].data == "Asia/Amman"


def test_the_good_time_is_kept_by_id_and_may_be_left_open(fill: Fill) -> None:
    assert fill("reach-you", {"when": "evenings"}, living_in("ES"))["when"].stored() == "evenings"
    assert not fill("reach-you", {}, living_in("ES"))["when"].errors


def test_the_example_of_a_number_keeps_its_order_and_its_line_in_every_language(context: FormContext) -> None:
    """Without the signs around it, its groups would be read from right to left on an Arabic page."""
    for step in ("reach-you", "readers"):
        form = open_page(step, context, {"who": {"who": "myself"}})
        phone = next(field for field in form.questions if field.kind == "phone")
        assert phone.hint.endswith("like \u2068+44\u00a020\u00a07946\u00a00958\u2069")
