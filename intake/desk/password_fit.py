"""Which passwords are fit: long, and nothing that people, or programs with lists of leaked passwords, try first.

No rule of composition (ASVS 5.0 V6.2.5). The lists come with `zxcvbn`: 30,000 leaked passwords, names and common words,
and how many guesses a program that knows them, keyboards, repeats and years would need. Nothing is asked of a network.
"""

import unicodedata
from functools import cache
from importlib import import_module
from typing import Any

from intake.errors import PasswordUnfit
from intake.languages import N_

# ASVS 5.0: at least 15 signs (V6.2.1), at least 64 allowed (V6.2.9).
LEAST, MOST = 15, 200
# Fewer guesses than a ten-thousandth of a million millions: what zxcvbn calls somewhat guessable, against a slow hash.
# It knows Latin keyboards and lists alone, so for a password with other signs its figure means nothing.
GUESSES_LOG10 = 10
MEASURED = 72  # signs: longer ones cost it more time than they tell it
# Taken out of a password before it is measured again: words of here that no list of leaked passwords has.
WELL_KNOWN = (
    "password", "passwort", "contraseña", "passw0rd", "qwertyuiop", "qwerty", "asdfghjkl", "zxcvbnm", "1q2w3e4r5t",
    "1qaz2wsx", "letmein", "welcome", "iloveyou", "trustno1", "changeme", "abcdefghijklmnopqrstuvwxyz", "abcdefgh",
    "abc123", "1234567890", "123456789", "12345678", "1234567", "123456", "12345", "1234", "0987654321", "987654321",
    "second", "opinion", "coordinator", "medical", "hospital", "patient", "clinic",
)  # fmt: skip
LEFT = 8  # signs that must be left then
PERIOD = 4  # a password that repeats so few signs is refused, however long it is

TOO_SHORT = N_("Use at least %(least)s characters. Four or more words that you choose by chance are easy to remember.")
TOO_LONG = N_("Use at most %(most)s characters.")


def normal(password: str) -> str:
    """A password in the one form in which it is compared (Unicode NFKC): keyboards send the same letter in more than
    one. Nothing is trimmed, and case counts (V6.2.8). Half a sign, which no keyboard sends, becomes a question mark.
    """
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()


def need_fit(password: str, own_words: tuple[str, ...] = ()) -> None:
    """Raise PasswordUnfit for a password that is too short, too long, or made of what people try first.

    `own_words` are names and addresses of the person and of the service (V6.2.11).
    """
    chosen = normal(password)
    if len(chosen) < LEAST:
        raise PasswordUnfit(TOO_SHORT, least=LEAST)
    if len(chosen) > MOST:
        raise PasswordUnfit(TOO_LONG, most=MOST)
    own = {part for word in own_words for part in (word.casefold(), *word.casefold().split()) if len(part) > 3}
    if _repeats(chosen) or _left(chosen, own) < LEFT or (chosen.isascii() and _is_guessed(chosen, own)):
        raise PasswordUnfit


def _repeats(chosen: str) -> bool:
    return any(chosen == (chosen[:n] * len(chosen))[: len(chosen)] for n in range(1, PERIOD + 1))


def _left(chosen: str, own: set[str]) -> int:
    """How many signs are left when own and well-known words are taken out."""
    left = chosen.casefold()
    for word in sorted({*own, *WELL_KNOWN}, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left)


def _is_guessed(chosen: str, own: set[str]) -> bool:
    """Whether a program with lists would find it within few guesses (V6.2.4, V6.2.12)."""
    if not chosen.strip():
        return True
    return float(_lists().zxcvbn(chosen[:MEASURED], sorted(own))["guesses_log10"]) < GUESSES_LOG10


@cache
def _lists() -> Any:
    # 14 MiB of memory, for which a house without passwords has no use: loaded when the first password is measured.
    return import_module("zxcvbn")
