"""The summary of a disc goes into JSON and comes back as it was, and is never large."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.records.dicom_header import Header
from intake.records.disc_people import People
from intake.records.disc_studies import Studies
from intake.records.disc_summary import PEOPLE_TOLD, SERIES_TOLD, STUDIES_TOLD, DiscSummary, Person, Series, Study

# What one sealed field of a row may weigh without being noticed.
LARGEST = 640 * 1024

words = st.text(max_size=64)
counts = st.integers(0, 2**40)
days = st.none() | st.dates()
people = st.builds(Person, words, words, days, st.booleans())
series = st.builds(Series, words, words, words, words, counts, counts)
some_words = st.lists(words, max_size=3).map(tuple)
studies = st.builds(
    Study, words, st.integers(-1, 30), days, words, some_words, some_words, counts, counts, counts,
    st.lists(series, max_size=3).map(tuple),
)  # fmt: skip
numbers = dict.fromkeys(("people_count", "study_count", "images", "files", "captures", "pictures", "missing"), counts)
summaries = st.builds(
    DiscSummary, people=st.lists(people, max_size=3).map(tuple), studies=st.lists(studies, max_size=3).map(tuple),
    modalities=some_words, kinds=st.dictionaries(words, counts, max_size=4), whole=st.booleans(), **numbers,
)  # fmt: skip


@given(summaries)
@settings(max_examples=60, deadline=None)
def test_a_summary_comes_back_from_json_as_it_was(summary: DiscSummary) -> None:
    assert DiscSummary.from_json(json.loads(json.dumps(summary.as_json()))) == summary


def test_json_holds_plain_values_that_others_may_read() -> None:
    told = DiscSummary(studies=(Study("1.2", 0, date(2026, 3, 10), "Knee", ("MR",), ("KNEE",), 1, 20, 20),), images=20)
    assert told.as_json()["images"] == 20
    assert told.as_json()["studies"][0]["day"] == "2026-03-10"
    assert told.as_json()["studies"][0]["body_parts"] == ["KNEE"]


WIDE = "\U0001f600" * 200  # takes twelve bytes a sign in JSON


def as_wide(number: int, most: int) -> str:
    """A text of its own for this number, as long as a header lets it be."""
    return f"{number}{WIDE}"[:most]


def a_header(number: int, **changed: object) -> Header:
    """A file of somebody else, of another study and another series than every other, with texts as long as may be."""
    uid = f"1.2.{number}".ljust(64, "9")
    usual = {
        "sop_class": uid, "sop_instance": uid, "modality": as_wide(number, 16), "body_part": as_wide(number, 16),
        "study": uid, "study_description": WIDE[:64], "series": uid, "series_description": WIDE[:64],
        "day": date(2026, 1, 1), "name": as_wide(number, 200), "garbled": False, "patient_id": as_wide(number, 64),
        "born": None, "frames": 1, "has_image": True,
    }  # fmt: skip
    return Header(**(usual | changed))  # type: ignore[arg-type]


def test_the_worst_disc_is_told_in_half_a_megabyte_and_counted_whole() -> None:
    them, every = People(), Studies()
    for number in range(1000):
        study = str(number // 8)  # eight series each, each with words of its own
        each = a_header(number, study=study.rjust(64, "1"))
        every.add(each, them.place(a_header(number // 8)), 1)
    told = DiscSummary(
        people=them.told, people_count=them.count, studies=every.told(), study_count=every.count,
        series_count=every.series_count,
    )  # fmt: skip
    assert (len(told.people), len(told.studies)) == (PEOPLE_TOLD, STUDIES_TOLD)
    assert (told.people_count, told.study_count, told.series_count) == (125, 125, 1000)
    assert LARGEST / 2 < len(json.dumps(told.as_json())) < LARGEST


def test_series_beyond_the_limit_are_counted_and_their_images_too() -> None:
    every = Studies()
    count = SERIES_TOLD + 50
    for number in range(count):
        every.add(a_header(0, series=str(number)), 0, 2)
    (study,) = every.told()
    assert (len(study.series), study.series_count, study.images) == (SERIES_TOLD, count, 2 * count)
