"""Who is on a disc: one person under several numbers and spellings, two people under one name, and nobody."""

import pytest

from tests.records import discs
from tests.records.discs import image, of


def test_two_people_on_a_disc_are_two_and_each_study_is_one_of_theirs() -> None:
    john = image(StudyInstanceUID="1.9", **discs.JOHN)
    found = of(image(), image(), john)
    assert [each.name for each in found.people] == ["Doe^Jane", "Roe^John"]
    assert sorted((study.person, study.images) for study in found.studies) == [(0, 2), (1, 1)]


def test_one_study_number_with_two_people_is_two_studies() -> None:
    found = of(image(), image(**discs.JOHN))
    assert (found.people_count, found.study_count) == (2, 2)


# (what the second file says otherwise, how many people there are)
WHO = [
    ({"PatientName": "DOE^JANE^^Mrs"}, 1),
    ({"PatientName": "Doe^Jane^Marie"}, 1),
    ({"PatientID": "Z-9"}, 1),  # another hospital
    ({"PatientName": "Roe^Jane"}, 1),  # after a wedding: number and day of birth agree
    ({"PatientName": "دو^جين"}, 1),
    ({"PatientName": "دو^جين", "PatientID": "Z-9", "PatientBirthDate": ""}, 2),
    ({"PatientName": "", "PatientID": "", "PatientBirthDate": ""}, 1),
    ({"PatientName": ""}, 1),
    ({"PatientBirthDate": ""}, 1),
    ({"PatientBirthDate": "19680328"}, 2),
    ({"PatientName": "Roe^John", "PatientID": "Z-9"}, 2),  # twins, or a mistake
    ({"PatientName": "Roe^John", "PatientBirthDate": ""}, 2),
]


@pytest.mark.parametrize(("said", "count"), WHO)
def test_people_are_told_apart_by_number_name_and_day_of_birth(said: dict[str, str], count: int) -> None:
    assert of(image(), image(**said)).people_count == count
    assert of(image(**said), image()).people_count == count


def test_a_nameless_file_is_nobody() -> None:
    found = of(image(PatientName="^^^^", PatientID=None, PatientBirthDate=None))
    assert (found.people_count, found.studies[0].person) == (0, -1)
