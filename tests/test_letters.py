"""Each letter in each language: nothing about health, nobody's name, constants in the subject, links of ours, and the
marks by which mail programs and machines know it.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from intake.cases import lifecycle
from intake.cases.case import Stage
from intake.jobs.worker import Worker
from intake.languages import OFFERED, Languages
from intake.mail.envelope import Letterhead, as_email, thread_headers
from intake.mail.kinds import KINDS, TURNS, YOUR_TURNS
from intake.mail.message import Letters, Message
from intake.mail.sendgrid_sender import request_body
from intake.operator import read_operator
from intake.services import Services
from tests.builders import a_case, answers_for_another
from tests.components import ROOT
from tests.mail.conftest import READER, SAMPLE
from tests.mail.test_letters import ONLY_IN_HTML, Reader
from tests.web.desk_shelf import a_record

LETTERHEAD = Letterhead("intake@example.org", "Our Service", "desk@example.org")
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
# Words that say something of somebody's health, whatever the language of the letter: some letters may stay in English.
PLANTED = {
    "en": r"cancer|tumou?r|diagnos|disease|illness|symptom|surger|operation|chemo|scan|biops|\bpain|heart|lung|breast|"
    r"blood|medic|health|hospital|clinic|doctor|oncolog|treatment|therap|pregnan|\bhiv|depress|x-ray",
    "es": r"cáncer|tumor|diagn|enferm|síntoma|cirug|operaci|quimio|biopsia|dolor|corazón|pulm|\bmama|sangre|médic|"
    r"salud|hospital|clínic|doctor|oncol|tratami|terapi|embaraz|\bvih|depres|radiogr",
    "ar": "سرطان|ورم|تشخيص|أمراض|أعراض|جراح|كيميائي|خزعة|آلام|رئة|ثدي|طبيب|الطب|صحي|الصحة|مستشفى|عيادة|علاج|حامل|"
    "اكتئاب",
}
EVERY = [(letter, code) for letter in sorted(KINDS) for code in OFFERED]


@pytest.fixture(scope="module")
def letters() -> Letters:
    """Every letter of the house."""
    return Letters(ROOT / "templates" / "letters", Languages(), read_operator(ROOT / "operator.toml"))


@pytest.fixture(scope="module")
def compose(letters: Letters) -> Callable[..., Message]:
    """Call it with a letter and a language for one with every value that it may have, or others."""

    def composed(letter: str, code: str, **other: Any) -> Message:
        kind = KINDS[letter]
        values = {name: SAMPLE[name] for name in kind.needs | kind.may}
        values |= {name: value for name, value in other.items() if name in values}
        return letters.compose(letter, code, READER, **values)

    return composed


@pytest.mark.parametrize(("letter", "code"), EVERY)
def test_no_word_about_health_is_in_any_letter(compose: Callable[..., Message], letter: str, code: str) -> None:
    made = compose(letter, code)
    for planted in PLANTED.values():
        for part in (made.subject, made.text, made.html):
            found = re.search(planted, part, re.IGNORECASE)
            assert not found, found


@pytest.mark.parametrize(("letter", "code"), EVERY)
def test_a_subject_is_made_of_constants_the_reference_the_turn_and_the_date(
    compose: Callable[..., Message], letter: str, code: str
) -> None:
    made, other = compose(letter, code).subject, {"reference": "9WWX-2222-3333", "link": "https://other.example/l/x"}
    elsewhere = {"count": 77, "late_count": 78, "lost_count": 79, "stage": "closed", "link_days": 7, "link_hours": 9}
    elsewhere["away_count"] = 80
    renamed = made.replace(str(SAMPLE["reference"]), "9WWX-2222-3333")
    assert compose(letter, code, **other, **elsewhere).subject == renamed
    assert not re.search(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", made)
    if "turn" in KINDS[letter].may:
        due, tongue = date(2026, 5, 3), Languages()
        words = TURNS if letter.startswith("desk_") else YOUR_TURNS
        turn, day = tongue.gettext(code)(words["coordinator"]), tongue.format_short_date(code, due)
        moved = compose(letter, code, turn="coordinator", due_date=due, turn_date=due).subject
        assert turn in moved and day in moved and str(SAMPLE["reference"]) in moved


@pytest.mark.parametrize(("letter", "code"), EVERY)
def test_text_and_html_say_the_same_in_their_language_and_direction(
    compose: Callable[..., Message], letter: str, code: str
) -> None:
    made, only = compose(letter, code), Languages().gettext(code)(ONLY_IN_HTML)
    body = made.html.split("</div>", 1)[1]  # after the preheader, which is the first sentence once more
    isolated = made.subject.replace(str(SAMPLE["reference"]), f"\u2068{SAMPLE['reference']}\u2069")
    heading = isolated if Languages().direction(code) == "rtl" else made.subject
    read, head = words(" ".join(Reader(body).words).replace(only, "")), words(heading)
    at = next(start for start in range(len(read)) if read[start : start + len(head)] == head)
    assert read[:at] + read[at + len(head) :] == words(made.text)
    assert f'lang="{code}" dir="{Languages().direction(code)}"' in made.html
    assert made.language == code


def words(text: str) -> list[str]:
    """The words alone, without links and the numbers of a list."""
    return re.findall(r"\w+", re.sub(r"https?://\S+|^\s*\d\. ", " ", text, flags=re.MULTILINE))


@pytest.mark.parametrize(("letter", "code"), EVERY)
def test_links_are_ours_and_https_and_nothing_is_fetched(
    compose: Callable[..., Message], letter: str, code: str
) -> None:
    made = compose(letter, code)
    seen = Reader(made.html)
    assert seen.links and all(link.startswith("https://opinion.example.org/") for link in seen.links)
    assert set(re.findall(r"https?://\S+", made.text)) == set(seen.links)
    assert seen.fetched == [] and "url(" not in made.html


@pytest.mark.parametrize(("letter", "code"), EVERY)
def test_machines_are_told_that_a_machine_wrote_it_and_people_that_people_read_answers(
    compose: Callable[..., Message], letter: str, code: str
) -> None:
    made = compose(letter, code)
    mail, asked = as_email(made, "letter-1", LETTERHEAD, NOW), request_body(made, "letter-1", LETTERHEAD)
    assert mail["Auto-Submitted"] == asked["headers"]["Auto-Submitted"] == "auto-generated"
    assert (mail["Reply-To"], asked["reply_to"]) == ("desk@example.org", {"email": "desk@example.org"})
    assert asked["custom_args"] == {"letter_id": "letter-1"}
    assert not any(setting["enable"] for setting in asked["tracking_settings"].values())
    assert mail["Content-Language"] == code
    emergency = Languages().gettext(code)("In an emergency, call your local emergency number now.")
    assert " ".join(made.text.split()).startswith(emergency)


@pytest.mark.parametrize(("letter", "code"), EVERY)
def test_letters_of_a_case_stay_together_in_every_mail_program(
    compose: Callable[..., Message], letter: str, code: str
) -> None:
    made = compose(letter, code)
    mail = as_email(made, "letter-1", LETTERHEAD, NOW)
    threads = thread_headers(made, LETTERHEAD)
    if "reference" not in KINDS[letter].needs | KINDS[letter].may:
        assert threads == {} and mail["References"] is None
        return
    one_case = thread_headers(compose("case_opened", "en"), LETTERHEAD)
    other = thread_headers(compose(letter, code, reference="9WWX-2222-3333"), LETTERHEAD)
    assert threads == one_case and not set(threads.values()) & set(other.values())
    assert mail["References"] == mail["In-Reply-To"] == f"<case.{SAMPLE['reference']}@example.org>"
    assert mail["References"] != mail["Message-ID"]
    assert threads.items() <= request_body(made, "letter-1", LETTERHEAD)["headers"].items()


NAMES = ["Plantina", "Plantowski", "planted-file-of-brain.dcm", "Glioblastoma planted", "Hospital Plantada"]


@pytest.mark.parametrize("code", OFFERED)
def test_whatever_was_typed_and_sent_nothing_of_it_is_in_any_letter_of_the_case(
    services: Services, outbox_letters: Callable[..., list[Message]], code: str, now: datetime
) -> None:
    typed = [("your_name", "Plantina Plantowski"), ("relation", "son-daughter")]
    answers = answers_for_another(services, language=code, asking=typed)
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers, language=code)
        other = a_case(tx, services, now, stage=Stage.RECORDS_IN, answers=answers, language=code)
        lifecycle.decline_case(tx, services, other.id, "other", "Hospital Plantada, Glioblastoma planted", "test", now)
    a_record(services, case.id)
    Worker(services).run_until_idle()
    with services.database.transaction() as tx:
        lifecycle.withdraw_case(tx, services, case.id, now)
    made = outbox_letters()
    assert {"case_opened", "desk_case_opened", "agree", "case_declined", "case_withdrawn"} <= {m.letter for m in made}
    said = {text for page in answers.values() for text in page.values() if isinstance(text, str) and len(text) > 8}
    said -= {address for address in said if "@" in address}
    for message in made:
        for word in [*NAMES, *said]:
            assert word not in message.subject + message.text + message.html
