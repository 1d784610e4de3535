"""Whether two names may be the same person's: forgiving, for names come in many orders, scripts and spellings.

True: they may. False: they are different. None: nobody could tell from the letters, so nothing should be said.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable

PERSON_GROUPS = "="  # DICOM: a name in letters, in ideographs, as it sounds
LONGEST_WORD, MOST_WORDS = 40, 12

# Letters that Unicode does not take apart, and letters that several keyboards have for one.
LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n",
        "ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "ہ": "ه", "ە": "ه", "ـ": "", "і": "и", "ї": "и", "є": "е",
        "ґ": "г", "ў": "у", "ς": "σ",
    }
)  # fmt: skip
APOSTROPHES = re.compile("['’‘ʻʼ`´ʾʿ׳״]")

# In the form that `_words` gives them: without accents, and with one letter where Arabic keyboards have several.
TITLES = frozenset(
    """
    mr mrs ms miss mx sir dr prof professor doctor md phd msc jr snr herr frau fr hr dipl ing med sr sra srta don dona
    senor senora m mme mlle madame monsieur sig signor signora dott dottssa dra dre ii iii iv esq hajji haj hadj sheikh
    السيد السيده الدكتور الدكتوره دكتور دكتوره الاستاذ الاستاذه الحاج الحاجه الشيخ د
    господин госпожа др דר מר גב פרופ
    """.split()  # noqa: SIM905  # a list to be read, not a list of quotation marks
)
SMALL_WORDS = frozenset(
    """
    de da do dos das del della di du la le las los el al ad as ul van von vom zu zur der den ter ten y e i und and
    bin ibn ben bint bte abu abou umm st saint mc mac o d بن ابن بنت ابو ام ال
    """.split()  # noqa: SIM905
)

# How Latin letters write the same sound, longest first; vowels and y fall away afterwards.
SOUNDS = (
    ("tsch", "c"), ("tch", "c"), ("sch", "s"), ("dzh", "j"), ("ph", "f"), ("sh", "s"), ("ch", "c"), ("kh", "h"),
    ("gh", "g"), ("th", "t"), ("dj", "j"), ("zh", "z"), ("ts", "z"), ("tz", "z"), ("cz", "c"), ("sz", "s"), ("ck", "k"),
    ("qu", "k"), ("q", "k"), ("x", "ks"), ("w", "v"), ("j", "y"), ("c", "k"),
)  # fmt: skip
# Character sets that write the same name in other signs: names are compared only where one of them holds both.
IDEOGRAPHS = ("gb2312", "big5", "shift_jis", "euc_kr")
for _each in IDEOGRAPHS:
    codecs.lookup(_each)  # now: where names are compared, no file can be opened


def may_be_same(one: str, other: str, *, strictly: bool = False) -> bool | None:
    """Whether two names may belong to one person; groups of a DICOM name are compared script by script.

    `strictly`: every word of the shorter name must be in the longer; otherwise two matching words are enough.
    """
    found = [_same(a, b, strictly) for a in one.split(PERSON_GROUPS) for b in other.split(PERSON_GROUPS)]
    judged = [each for each in found if each is not None]
    return any(judged) if judged else None


def as_read(name: str) -> str:
    """A DICOM name as people read it: family name first, as the disc has it, without carets and empty groups."""
    groups = (" ".join(group.replace("^", " ").split()) for group in name.split(PERSON_GROUPS))
    return " / ".join(dict.fromkeys(group for group in groups if group))


def _same(one: str, other: str, strictly: bool) -> bool | None:
    words, others = _words(one), _words(other)
    if not words or not others:
        return None
    script = _script(words)
    if script is None or script != _script(others):
        return None
    if script == "CJK":
        return _same_ideographs("".join(words), "".join(others))
    if _run_together(words, others):
        return True
    words, others = sorted((_telling(words), _telling(others)), key=len)
    matched, initials = _matches(words, others, script)
    return matched + initials == len(words) or (not strictly and matched >= 2)


def _words(name: str) -> list[str]:
    """Its words in one plain form: without case, accents, apostrophes and everything else that is no letter."""
    text = APOSTROPHES.sub("", unicodedata.normalize("NFKC", name).casefold())
    parted = unicodedata.normalize("NFKD", text.translate(LETTERS))
    kept = "".join(sign for sign in parted if not unicodedata.combining(sign)).translate(LETTERS)
    letters = "".join(sign if _is_letter(sign) else " " for sign in unicodedata.normalize("NFC", kept))
    return [word[:LONGEST_WORD] for word in letters.split()[:MOST_WORDS]]


def _is_letter(sign: str) -> bool:
    """Vowel signs that stand in a word of their own right, as in Hindi, are part of it."""
    return sign.isalpha() or unicodedata.category(sign) == "Mc"


def _script(words: Iterable[str]) -> str | None:
    """The one script of these words, or None if there are several."""
    names = {unicodedata.name(sign, "?").split(" ")[0] for word in words for sign in word}
    return names.pop() if len(names) == 1 else None


def _same_ideographs(one: str, other: str) -> bool | None:
    if set(one) & set(other):
        return True
    return False if any(_fits(one + other, each) for each in IDEOGRAPHS) else None


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _run_together(words: list[str], others: list[str]) -> bool:
    """Whether they differ only in where words begin and which comes first: "Abd Allah", "Abdallah"."""
    whole = "".join(others)
    turned = ("".join(words[at:] + words[:at]) for at in range(len(words)))
    return any(each == whole for each in turned)


def _telling(words: list[str]) -> list[str]:
    """Without titles and small words, unless nothing would be left."""
    plain = [word for word in words if word not in TITLES] or words
    kept = [word.removeprefix("ال") if len(word) > 4 else word for word in plain if word not in SMALL_WORDS]
    return kept or plain


def _matches(fewer: list[str], more: list[str], script: str) -> tuple[int, int]:
    """How many words match as words, and how many more as an initial."""
    left, matched, single = list(more), 0, []
    for word in fewer:
        twin = next((each for each in left if _alike(word, each, script)), None)
        if twin is None:
            single.append(word)
        else:
            left.remove(twin)
            matched += 1
    initials = 0
    for word in single:
        twin = next((each for each in left if 1 in (len(word), len(each)) and word[0] == each[0]), None)
        if twin is not None:
            left.remove(twin)
            initials += 1
    return matched, initials


def _alike(one: str, other: str, script: str) -> bool:
    if one == other:
        return True
    shorter = min(len(one), len(other))
    one_more = shorter == 3 and len(one) != len(other) and one[0] == other[0]  # Jon and John, not Ali and Adi
    allowed = 2 if shorter >= 8 else 1 if shorter >= 4 or one_more else 0
    if allowed and _distance(one, other) <= allowed:
        return True
    if script != "LATIN" or shorter < 2:
        return False
    if _umlauts(one) == _umlauts(other):
        return True
    sound, other_sound = _sound(one), _sound(other)
    enough = len(sound) >= 3 or (len(sound) == 2 and _first(one) == _first(other))
    return sound == other_sound and enough


def _umlauts(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _first(word: str) -> str:
    return _heard(word)[:1]


def _heard(word: str) -> str:
    for written, sound in SOUNDS:
        word = word.replace(written, sound)
    return word


def _sound(word: str) -> str:
    """Its consonants as they sound, doubled ones once: Muhammad and Mohamed are one."""
    consonants = re.sub("[aeiouy]", "", _heard(word))
    return re.sub(r"(.)\1+", r"\1", consonants)


def _distance(one: str, other: str) -> int:
    """Levenshtein's distance; a turned pair of letters counts as one."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, sign in enumerate(one, start=1):
        line = [row]
        for column, each in enumerate(other, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (sign != each))
            if row > 1 and column > 1 and sign == other[column - 2] and one[row - 2] == each:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]
