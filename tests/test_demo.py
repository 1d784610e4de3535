"""Demonstration cases: one at every stage, watermarked, and never beside real ones."""

import dataclasses

import pytest

from intake import demo
from intake.cases import store, worklist
from intake.cases.case import Stage
from intake.cases.worklist import Wanted
from intake.errors import DemoRefused
from intake.records import store as records


def test_there_is_one_case_at_every_stage_so_far(services) -> None:
    assert demo.fill(services) == len(demo.WAYS)
    with services.database.read() as tx:
        cases = worklist.read_page(tx, Wanted(), services.clock()).cases
        assert len(cases) == len(demo.WAYS)
        assert {case.stage for case in cases} == set(Stage) - {Stage.ERASED}
        for case in cases:
            assert demo.WATERMARK in store.read_answers(tx, services.keys, case)["patient"]["full_name"]
            sent = records.of_case(tx, case.id)
            assert len(sent) == (case.stage not in (Stage.OPENED, Stage.DECLINED, Stage.WITHDRAWN))


def test_it_is_refused_beside_other_cases(services) -> None:
    demo.fill(services)
    with pytest.raises(DemoRefused):
        demo.fill(services)


def test_it_is_refused_in_production(services) -> None:
    live = dataclasses.replace(services, settings=dataclasses.replace(services.settings, env="production"))
    with pytest.raises(DemoRefused):
        demo.fill(live)
