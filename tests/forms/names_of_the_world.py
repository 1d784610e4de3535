"""Sixty shapes that real names have, worn by people who do not exist. No test may know better than these.

`typed` is what somebody types, `kept` what we keep and show (composed, blanks run together), `latin` the same name as
a passport would have it, where the name itself has no Latin letter.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One name and what is special about it."""

    what: str
    typed: str
    latin: str = ""
    kept: str = ""

    @property
    def whole(self) -> str:
        """The name as it must come back, everywhere."""
        return self.kept or self.typed


def _parted(name: str) -> str:
    """The same name with its marks as signs of their own, as some keyboards and files give it."""
    return unicodedata.normalize("NFD", name)


def _composed(name: str) -> str:
    """The same name with as few signs as there are."""
    return unicodedata.normalize("NFC", name)


LONG = "Maria Wilhelmina Antonia Theodora van Oosterhout-Probefall tot Verzonnen"  # 72 signs
LONGEST = "Ana " * 49 + "Lima"  # 200 signs

SHAPES = (
    # One name, and very short or very long ones
    Shape("one name", "Wirasana"),
    Shape("one name of one letter", "O"),
    Shape("two letters", "Ng Ly"),
    Shape("a single sign of Han", "王", "Wang"),
    Shape("seventy letters", LONG),
    Shape("two hundred signs", LONGEST),
    Shape("three initials", "J. R. Q. Probefall"),
    Shape("an initial at the end", "Probefall K."),
    Shape("a number in words of a family", "Henry Probefall III"),
    Shape("a sign that is no letter", "X Æ Probefall-12"),
    # Apostrophes, hyphens, particles
    Shape("a straight apostrophe", "Siobhán O'Prueba"),
    Shape("a curly apostrophe", "Siobhán O’Prueba"),
    Shape("an apostrophe inside", "Amina N'Diayeprobe"),
    Shape("an apostrophe at the beginning", "Joost 't Verzonnen"),
    Shape("a Hawaiian ʻokina", "Kealiʻi Nāprueba"),
    Shape("a hyphen in the given name", "Jean-Noël Essai"),
    Shape("a hyphen in the family name", "Rui Prova-Exemplo"),
    Shape("a longer hyphen", "Rui Prova‐Exemplo"),
    Shape("small particles", "Pilar de la Prueba y Ortega"),
    Shape("a Dutch particle", "Willemijn van der Verzonnen"),
    Shape("a particle in capitals", "Beatriz DE LA PRUEBA"),
    Shape("a Scottish family", "Fiona MacProbe McProbe"),
    Shape("an Arabic particle in Latin letters", "Yusuf ibn Ahmad al-Tajriba"),
    Shape("a patronymic", "Björk Prófsdóttir"),
    Shape("a slash between two spellings", "Ivan/Joan Prova"),
    Shape("a nickname in quotes", "Robert “Bobby” Testman"),
    Shape("brackets", "Ana Lima (née Prova)"),
    Shape("a comma", "Prova, Ana"),
    # Latin letters with marks
    Shape("Vietnamese", "Nguyễn Thị Thử Nghiệm"),
    Shape("Polish", "Łukasz Próbny-Żółć"),
    Shape("Turkish with both letters i", "İpek Işıl Örnek"),
    Shape("Romanian with commas below", "Ștefan Țâncăprobă"),
    Shape("Yoruba with dots below", "Ṣọlá Àpẹẹrẹ"),
    Shape("Icelandic", "Þórður Ðyrfinnsson"),
    Shape("Maltese", "Ġużè Ħaxprova"),
    Shape("Azerbaijani schwa", "Əli Sınaqov"),
    Shape("sharp s", "Jörg Strauß-Beispiel"),
    Shape("marks as signs of their own", _parted("Nguyễn Thị Thử"), kept="Nguyễn Thị Thử"),
    Shape("a mark on a letter that has no sign for both", _parted("Q̃uispé Mamánì"), kept=_composed("Q̃uispé Mamánì")),
    # Arabic script, right to left
    Shape("Arabic", "محمد بن سلمان التجريبي", "Muhammad bin Salman Al Tajribi"),
    Shape("Arabic with vowel marks", "مُحَمَّد التَّجْرِيبِيّ", "Muhammad Altajribi"),
    Shape("Arabic with a stretched letter", "محـمـد التجريبي", "Mohamed Eltagribi"),
    Shape("Persian with a joiner that keeps letters apart", "علی\u200cرضا آزمایشی", "Alireza Azmayeshi"),
    Shape("Urdu", "فاطمہ نمونہ", "Fatima Namuna"),
    Shape("right to left beside Latin letters", "ليلى Layla التجريبي", "Layla Altajribi"),
    Shape("Hebrew", "ליאור בן־דוגמה", "Lior Ben-Dugma"),
    # Other scripts
    Shape("Cyrillic with a patronymic", "Мария Ивановна Пробная-Тестова", "Mariia Ivanovna Probnaia-Testova"),
    Shape("Ukrainian with an apostrophe", "Дар’я В’ячеславівна Зразкова", "Daria Viacheslavivna Zrazkova"),
    Shape("Greek", "Ελένη Παραδείγματος", "Eleni Paradeigmatos"),
    Shape("Armenian", "Անահիտ Փորձյան", "Anahit Pordzyan"),
    Shape("Georgian", "ნინო საცდელიძე", "Nino Satsdelidze"),
    Shape("Han, simplified", "欧阳试例", "Ouyang Shili"),
    Shape("Han with a sign beyond the basic plane", "𠮷野 試", "Yoshino Tameshi"),
    Shape("kana and Han", "試験 はなこ", "Shiken Hanako"),
    Shape("Hangul", "남궁 시험", "Namgung Siheom"),
    Shape("Hangul as letters of its own", _parted("남궁 시험"), "Namgung Siheom", kept="남궁 시험"),
    Shape("Khmer", "សុខ សាកល្បង", "Sok Sakalbong"),
    Shape("Thai", "สมชาย ตัวอย่าง", "Somchai Tuayang"),
    Shape("Burmese", "မောင် စမ်းသပ်", "Maung Santhat"),
    Shape("Devanagari", "प्रिया उदाहरण", "Priya Udaharan"),
    Shape("Bengali", "রাহেলা উদাহরণ", "Rahela Udaharon"),
    Shape("Tamil, an initial first", "செ. மாதிரி", "S. Mathiri"),
    Shape("Sinhala with a joiner", "ශ්\u200dරී උදාහරණ", "Sri Udaharana"),
    Shape("Tibetan", "བསྟན་འཛིན་དཔེ", "Tenzin Pe"),
    Shape("Ethiopic", "ሙከራ ኃይለማርያም", "Mukera Hailemariam"),
    # How people type
    Shape("blanks around and between", "  Ana   Lima ", kept="Ana Lima"),
    Shape("a tab and a blank that does not break", "Ana\tLima\u00a0Prova", kept="Ana Lima Prova"),
    Shape("all capitals", "ANA LIMA PROVA"),
    Shape("no capital at all", "ana lima prova"),
    Shape("signs that a page must not obey", "Ana <b>Lima</b> & Söhne"),
    Shape("signs that a template must not obey", "Ana {{ 7 * 7 }} %(name)s Lima"),
    Shape("a control that would turn the line around", "Ana \u202eamiL", kept="Ana amiL"),
)
