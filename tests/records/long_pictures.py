"""Of many photographed pages, how many are called blurred rightly: `make long`, a minute or two."""

from tests.records.photographed import judged


def test_of_many_pages_hardly_one_is_called_blurred_wrongly(record_property) -> None:
    found, missed, wrong, right = judged(range(30, 34), (8, 11, 14), (2, 6, 45))
    record_property("legibility", f"precision {found / (found + wrong):.3f}, recall {found / (found + missed):.3f}")
    print(f"told {found}, missed {missed}, wrong {wrong}, right {right}")
    assert found / (found + wrong) > 0.98
    assert found / (found + missed) > 0.9
