"""Which passwords are fit: long ones of any signs; none that people, or programs with lists, try first."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from intake.desk.password_fit import LEAST, MOST, need_fit, normal
from intake.errors import PasswordUnfit

GOOD = "four chance words: teapot"
OWN = ("Ines Probefall", "ines@clinic.example", "clinic.example")


@pytest.mark.parametrize(
    "password",
    [GOOD, " " * 20 + "🙂", "x7äääΩomega-no-rule", "kein pferd im garten", "casa perro gato azul",
     "أربع كلمات بلا معنى هنا", "correct horse battery staple", "lower case alone is enough here", f"{GOOD}, " * 7],
)  # fmt: skip
def test_a_long_password_of_any_signs_is_fit(password: str) -> None:
    need_fit(password, OWN)


@pytest.mark.parametrize(
    "password",
    ["short", "fourteen-signs", "x" * 201, "a" * 15, "abcabcabcabcabc", "1234 1234 1234 1234 ", "passwordpassword",
     "Password123456789", "qwertyuiopasdfghjkl", "second opinion 12345", "Probefall-Probefall", "clinic.example1234",
     "P@ssw0rdP@ssw0rd", "liverpoolfootballclub", "michaeljordan2323", "Summer2026Summer2026", " " * 30,
     "ｐａｓｓｗｏｒｄ１２３４５６７", "contraseña12345", "ننننننننننننننن", "five#" * 40],
)  # fmt: skip
def test_a_password_that_people_or_programs_try_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordUnfit):
        need_fit(password, OWN)


def test_every_leaked_password_of_the_list_that_is_long_enough_is_refused() -> None:
    """V6.2.4 and V6.2.12: the shorter ones are refused for their length."""
    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST]
    assert len(FREQUENCY_LISTS["passwords"]) >= 3000 and len(leaked) > 20
    for word in leaked:
        for typed in (word, word.upper(), f"{word}1", f"{word}!"):
            with pytest.raises(PasswordUnfit):
                need_fit(typed)


def test_length_is_counted_in_signs_after_they_are_made_one_form() -> None:
    need_fit("ä" + "bq7xk2wm9zt4c"[:13] + "v")
    with pytest.raises(PasswordUnfit):
        need_fit("a\u0308" + "bq7xk2wm9zt4c")
    with pytest.raises(PasswordUnfit):
        need_fit("zq" * (MOST // 2) + "v")


def test_half_a_sign_is_no_reason_to_fail() -> None:
    assert normal("\ud800 x ") == "? x "
    need_fit("\ud800 four chance words: teapot")
