"""Names are compared as a patient coordinator would: the same person in many spellings, another person not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.records.person_names import as_read, may_be_same

# (on the disc, on the form)
SAME = [
    ("Doe^Jane", "Jane Doe"),
    ("DOE^JANE^MARIE^DR", "Jane Doe"),
    ("MUELLER^HANS", "Hans Müller"),
    ("MULLER^HANS", "Dr. med. Hans Müller"),
    ("GROSS^JURGEN", "Jürgen Groß"),
    ("GARCIA LOPEZ^MARIA DEL CARMEN", "María García"),
    ("Garcia Lopez^Maria", "Sra. María del Carmen García-López"),
    ("SILVA^J", "João da Silva"),
    ("VAN DER BERG^PIETER", "Pieter Berg"),
    ("O'BRIEN^SEAN", "Seán O’Brien"),
    ("OBRIEN^SEAN", "Sean O'Brien"),
    ("MOHAMMED^AHMED", "Ahmad Muhammad"),
    ("AL-HUSSEINI^YOUSSEF", "Yusuf Al Hussaini"),
    ("ABDALLAH^HASSAN", "Hassan Abd Allah"),
    ("SHEVCHENKO^ALEKSANDR", "Alexander Shevchenko"),
    ("Łukaszewicz^Paweł", "PAWEL LUKASZEWICZ"),
    ("YILMAZ^ISIL", "Işıl Yılmaz"),
    ("NGUYEN^THI DAO", "Nguyễn Thị Đào"),
    ("Doe^J.^^Mr.", "John Doe"),
    ("Smyth^Jon", "John Smith"),
    ("حسن^ليلى", "ليلى حسن"),
    ("الحسن^ليلي^محمد", "السيدة ليلى الحسن"),
    ("عبد الله^أحمد", "احمد عبدالله"),
    ("Иванова^Анна", "Анна Петровна Иванова"),
    ("Фёдоров^Пётр", "Петр Федоров"),
    ("שרון^דבורה", "דבורה שרון"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田太郎"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Taro Yamada"),
    ("Hong^Gildong=洪^吉洞=홍^길동", "홍길동"),
    ("王^小东", "王小东"),
]
DIFFERENT = [
    ("Doe^Jane", "John Roe"),
    ("Doe^Jane", "Jane Smith"),
    ("Maria^Omar", "Ahmed Rashid"),
    ("SCHMIDT^ANNA", "Anna Weber"),  # a wedding looks so too: that is why the words are gentle
    ("حسن^ليلى", "سالم عمر"),
    ("Иванова^Анна", "Сидоров Пётр"),
    ("王^小明", "陳怡君"),
    ("山田^太郎", "鈴木花子"),
    ("AHMED^SALIM", "Mohammed Karim"),
]
UNKNOWN = [
    ("حسن^ليلى", "Layla Hassan"),
    ("Ivanova^Anna", "Анна Иванова"),
    ("やまだ^たろう", "山田太郎"),
    ("张^伟", "張偉"),  # simplified and traditional
    ("", "Jane Doe"),
    ("^^^^", "Jane Doe"),
    ("???^??", "Jane Doe"),
    ("12345", "Jane Doe"),
    ("Люкceмбypг", "Люксембург"),  # two scripts in one word
]
EVERY = [*((pair, True) for pair in SAME), *((pair, False) for pair in DIFFERENT), *((pair, None) for pair in UNKNOWN)]


@pytest.mark.parametrize(("pair", "verdict"), EVERY, ids=lambda each: "/".join(each) if isinstance(each, tuple) else "")
def test_two_names_are_judged_as_a_person_would(pair: tuple[str, str], verdict: bool | None) -> None:
    assert may_be_same(*pair) is verdict
    assert may_be_same(*reversed(pair)) is verdict


def test_strictly_every_word_of_the_shorter_name_must_be_there() -> None:
    """As between two names on one disc: brothers share more words than not."""
    assert may_be_same("Garcia Lopez^Juan", "Garcia Lopez^Pedro", strictly=True) is False
    assert may_be_same("Garcia Lopez^Juan", "Juan Garcia Perez") is True
    assert may_be_same("Garcia^Juan", "Garcia Lopez^Juan", strictly=True) is True


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("Doe^Jane^^Dr", "Doe Jane Dr"),
        ("Yamada^Tarou=山田^太郎=", "Yamada Tarou / 山田 太郎"),
        ("حسن^ليلى", "حسن ليلى"),
        ("^^^^", ""),
    ],
)
def test_a_name_is_shown_without_the_signs_of_dicom(name: str, read: str) -> None:
    assert as_read(name) == read


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_two_texts_are_judged_the_same_way_round(one: str, other: str) -> None:
    """And none makes it fail."""
    assert may_be_same(one, other) is may_be_same(other, one)


WORDS = ("Jane", "Doe", "Müller", "García", "Hassan", "Ōe")


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique=True))
@settings(max_examples=30, deadline=None)
def test_a_name_is_the_same_in_any_order_and_case(words: list[str]) -> None:
    assert may_be_same(" ".join(words), "^".join(reversed(words)).upper()) is True
