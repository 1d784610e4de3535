"""The steps of the journey of a whole case, in the order in which they are walked; see `test_whole_case`."""

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from intake import demo
from intake.cases import store
from intake.cases.case import Case
from intake.clock import now as real_now
from intake.services import Services
from tests.browser.test_desk import enrol, give_device
from tests.browser.whole_case import Letter, Post, Watch
from tests.builders import a_case, filled_answers
from tests.journeys.people import a_pdf, fill, step_of
from tests.live import LiveServer

LAILA, SAMI, OLD_BOX, NEW_BOX = (f"{name}@example.org" for name in ("laila", "sami", "mistyped", "yusuf"))
INES, OMAR = "ines@clinic.example", "omar@clinic.example"
QUESTION = "متى كان آخر فحص للدم؟"
ANSWER = "كان ذلك في شهر مارس 2025."
ELSEWHERE = "مكتب المرضى في مستشفاكم."
TYPED = demo.TYPED | {
    "patient": [
        ("full_name", "ليلى المثال"), ("born-day", "27"), ("born-month", "3"), ("born-year", "1968"), ("country", "PT"),
    ],
    "reach-you": [("email", LAILA), ("best_way", "email"), ("tongues", "ar"), ("interpreter", "no")],
    "condition": [("specialty", "bones-spine"), ("told", "انزلاق غضروفي في أسفل الظهر."), ("told_when-year", "2025")],
    "frame": [
        ("about_me", "أعمل سائقة وأجلس طوال اليوم."), ("decision", "هل أجري العملية قبل نهاية الشهر؟"),
        ("compared_with", "ثلاثة أشهر أخرى من التمارين."), ("what_matters", "أن أمشي إلى العمل."),
    ],
    "questions": [("first", "عمري 58 سنة وأعاني من ألم في الساق منذ ستة أشهر. هل تساعدني العملية أكثر من التمارين؟")],
}  # fmt: skip


def press(page: Page, name: str) -> None:
    """Press a button of the main part, and wait for what it answers."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def enter(page: Page, letter: Letter, address: str, watch: Watch) -> None:
    """From a letter about a case to the case: the button, then the address."""
    page.goto(letter.link("/l/case."))
    watch.words(page, "landing")
    press(page, watch.say("Open my case"))
    fill(page, [("email", address)])
    press(page, watch.say("Show me"))


def through_the_form(page: Page, typed: dict[str, list[tuple[str, str]]], go_on: str) -> None:
    """Fill page after page, until everything is shown once more."""
    for _ in range(30):
        if (step := step_of(page)) == "check":
            return
        fill(page, typed.get(step, []))
        page.locator("main form button.button", has_text=go_on).first.click()
        page.wait_for_url(lambda address, here=step: not address.split("?")[0].endswith(f"/{here}"))
    raise AssertionError("the form has no end")


def newest_case(house: Services) -> Case:
    """The case that was opened last."""
    with house.database.read() as tx:
        newest = select(store.cases.c.id).order_by(store.cases.c.opened_at.desc()).limit(1)
        return store.case_by_id(tx, tx.scalar(newest))


def the_desk_is_staffed(server: LiveServer, post: Post, ines: Page, omar: Page) -> None:
    """Two coordinators come in by the letters that invite them; a lead says who gets requests in Arabic."""
    for page, name, address, more in ((ines, "Ines Probefall", INES, ["--lead"]), (omar, "Omar Probefall", OMAR, [])):
        assert server.run("invite", name, address, *more).returncode == 0
        give_device(page)
        enrol(page, post.take(address, "invited").link("/l/invite."))
    ines.goto(f"{server.base_url}/desk/routing")
    ines.get_by_label("Ines Probefall").last.check()
    ines.get_by_label("Language of the case").select_option("ar")
    press(ines, "Add the rule")


def a_request_is_sent(page: Page, base: str, house: Services, post: Post, watch: Watch) -> Case:
    """In Arabic on a phone, to the button of the letter that confirms the address."""
    page.goto(f"{base}/request/ar/")
    press(page, watch.say("Start now"))
    press(page, watch.say("No, none of these"))
    through_the_form(page, TYPED, watch.say("Continue"))
    watch.words(page, "check")
    press(page, watch.say("Send my request"))
    watch.words(page, "parked")
    confirm = watch.letter(post.take(LAILA, watch.say("Confirm your e-mail and send your request")))
    page.goto(confirm.link("/l/confirm."))
    press(page, watch.say("Confirm and send my request"))
    case = newest_case(house)
    expect(page.get_by_text(case.reference).first).to_be_visible()
    watch.patient(page, "sent", case.id)
    return case


def records_are_sent(page: Page, post: Post, watch: Watch, case: Case, folder: Path) -> None:
    """By the link of the letter, on the same phone."""
    opened = watch.letter(post.take(LAILA, case.reference), case.due_at)
    page.goto(opened.link("/l/upload."))
    watch.words(page, "landing-records")
    press(page, watch.say("Go to my records page"))
    watch.patient(page, "records-none", case.id)
    page.locator("#files").set_input_files(a_pdf(folder))
    expect(page.locator("#records-list li .tag--ok")).to_be_visible(timeout=30_000)
    watch.patient(page, "records", case.id)
    enter(page, opened, LAILA, watch)
    watch.patient(page, "home-opened", case.id)


def the_routed_one_gives_it_back_and_another_claims_it(
    ines: Page, omar: Page, post: Post, watch: Watch, case: Case
) -> None:
    """By the rule it is Ines’s; she puts it back on the list, where Omar finds and claims it."""
    ines.goto(post.take(INES, f"New case {case.reference}").link("/desk/cases/"))
    expect(ines.get_by_text("Claimed by: you")).to_be_visible()
    watch.desk(ines, "desk-routed", case.id)
    ines.get_by_label("Hand the case over").select_option("")
    press(ines, "Hand over")
    watch.desk(ines, "desk-given-back", case.id)
    omar.get_by_role("link", name="Cases", exact=True).click()
    omar.get_by_role("link", name="Nobody’s (1)").click()
    watch.listed(omar, "desk-list", case.id)
    omar.get_by_role("link", name=case.reference).click()
    press(omar, "Claim this case")
    watch.desk(omar, "desk-claimed", case.id)


def a_question_is_asked(omar: Page, post: Post, watch: Watch, case: Case) -> Letter:
    """At the desk. Returns the letter that says so."""
    omar.get_by_role("link", name="Ask the patient …").click()
    watch.desk(omar, "desk-ask", case.id)
    omar.get_by_label("What do you want to write?").fill(QUESTION)
    press(omar, "Send")
    watch.desk(omar, "desk-asked", case.id)
    return post.take(LAILA, case.reference)


def the_question_is_answered(page: Page, post: Post, watch: Watch, case: Case, asked: Letter) -> None:
    """On another phone, by the link of the letter."""
    enter(page, asked, LAILA, watch)
    watch.patient(page, "home-asked", case.id)
    watch.letter(asked, watch.due(case.id))
    page.locator('main a[href="/case/messages"]').first.click()
    watch.patient(page, "messages", case.id)
    page.locator('main a[href$="/answer"]').click()
    watch.patient(page, "answer", case.id)
    page.locator("textarea").fill(ANSWER)
    press(page, watch.say("Send the answer"))
    expect(page.get_by_text(ANSWER)).to_be_visible()
    watch.patient(page, "answered", case.id)


def the_records_are_complete(laila: Page, omar: Page, post: Post, watch: Watch, case: Case) -> None:
    """The answer reached the desk; all is said to be sent, and what was sent is checked."""
    answer = post.take(OMAR, case.reference)
    assert "answer" in answer.subject
    assert post.tell(answer, "processed", "delivered") == 2
    omar.goto(answer.link("/desk/cases/"))
    expect(omar.get_by_text(ANSWER)).to_be_visible()
    watch.desk(omar, "desk-answered", case.id)
    laila.goto(f"{post.base_url}/case/records/complete")
    watch.patient(laila, "what-is-missing", case.id)
    laila.goto(f"{post.base_url}/case/records")
    press(laila, watch.say("I have sent everything"))
    theirs = post.take(LAILA, case.reference)
    laila.goto(f"{post.base_url}/case/")
    watch.letter(theirs, watch.due(case.id))
    watch.patient(laila, "home-records-in", case.id)
    assert post.tell(theirs, "deferred", "delivered") == 2
    omar.goto(post.take(OMAR, "Records are in").link("/desk/cases/"))
    expect(omar.get_by_text("heard that a letter arrived: to the requester, the records are in")).to_be_visible()
    watch.desk(omar, "desk-records-in", case.id)


def it_is_handed_over_and_goes_on(omar: Page, ines: Page, laila: Page, post: Post, watch: Watch, case: Case) -> None:
    """To Ines, who gets a letter and gives it to a specialist; the patient reads whose turn it is."""
    omar.get_by_label("Hand the case over").select_option(label="Ines Probefall")
    press(omar, "Hand over")
    watch.desk(omar, "desk-handed-over", case.id)
    ines.goto(post.take(INES, "Handed to you").link("/desk/cases/"))
    watch.desk(ines, "desk-taken-over", case.id)
    ines.get_by_label("With the specialist").check()
    press(ines, "Move the case")
    watch.desk(ines, "desk-with-specialist", case.id)
    moved = watch.letter(post.take(LAILA, case.reference), watch.due(case.id))
    enter(laila, moved, LAILA, watch)
    watch.patient(laila, "home-with-specialist", case.id)
    for address in ("history", "messages", "records", "withdraw"):
        laila.goto(f"{post.base_url}/case/{address}")
        watch.patient(laila, f"{address}-with-specialist", case.id)
        assert laila.url.endswith(f"/case/{address}")


def another_is_declined(ines: Page, page: Page, house: Services, post: Post, watch: Watch) -> None:
    """A second request: its reader learns why, where else to go, and until when it is kept."""
    reach = [("email", SAMI), *[pair for pair in TYPED["reach-you"] if pair[0] != "email"]]
    typed = {name.replace("-", "_"): values for name, values in (TYPED | {"reach-you": reach}).items()}
    with house.database.transaction() as tx:
        case = a_case(tx, house, real_now(), language="ar", answers=filled_answers(house, language="ar", **typed))
    watch.letter(post.take(SAMI, case.reference), case.due_at)
    ines.goto(post.take(INES, f"New case {case.reference}").link("/desk/cases/"))
    ines.get_by_role("link", name="Decline the case …").click()
    watch.desk(ines, "desk-decline", case.id)
    ines.get_by_label("No specialist of ours can answer").check()
    ines.get_by_label("Where else can the person go?").fill(ELSEWHERE)
    press(ines, "Decline the case")
    watch.desk(ines, "desk-declined", case.id)
    letter = watch.letter(post.take(SAMI, case.reference), watch.kept_until(case.id))
    enter(page, letter, SAMI, watch)
    expect(page.get_by_text(ELSEWHERE)).to_be_visible()
    watch.patient(page, "home-declined", case.id)
    page.goto(f"{post.base_url}/case/messages")
    watch.patient(page, "messages-declined", case.id)


def a_call_becomes_a_case(ines: Page, page: Page, house: Services, post: Post, watch: Watch) -> None:
    """Written down at the desk; the address was heard wrongly, its letter comes back, and the desk puts it right."""
    ines.get_by_role("link", name="Cases", exact=True).first.click()
    ines.get_by_role("link", name="Open a case").click()
    ines.get_by_label("They telephone").check()
    ines.get_by_label("In which language shall we write to them?").select_option("ar")
    press(ines, "Begin")
    reach = [("email", OLD_BOX), *[pair for pair in TYPED["reach-you"] if pair[0] != "email"]]
    through_the_form(ines, TYPED | {"reach-you": reach}, "Continue")
    press(ines, "Send my request")
    case = newest_case(house)
    watch.desk(ines, "desk-opened-by-call", case.id)
    lost = watch.letter(post.take(OLD_BOX, case.reference), case.due_at)
    assert post.tell(lost, "bounce", type="bounce", status="5.1.1") == 1
    ines.goto(post.take(INES, "A letter did not arrive").link("/desk/"))
    expect(ines.get_by_text("1 letter could not be delivered")).to_be_visible()
    watch.desk(ines, "desk-letter-lost", case.id)
    ines.goto(f"{post.base_url}/desk/letters")
    expect(ines.get_by_role("main").get_by_text("To a requester: your case is open").first).to_be_visible()
    watch.desk(ines, "desk-letters", case.id)
    ines.get_by_role("link", name=case.reference).click()
    ines.get_by_role("link", name="Change how we reach them …").first.click()
    watch.desk(ines, "desk-contact", case.id)
    fill(ines, [("email", NEW_BOX)])
    ines.get_by_label("I called them back").check()
    press(ines, "Change it")
    watch.desk(ines, "desk-contact-changed", case.id)
    here = watch.letter(post.take(NEW_BOX, case.reference), watch.due(case.id))
    enter(page, here, NEW_BOX, watch)
    watch.patient(page, "home-by-call", case.id)
