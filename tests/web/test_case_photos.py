"""Several photos as one record: chosen, put in order, pages taken out, and shown as one at the desk."""

import io
import re
import zipfile
from datetime import datetime

import pytest

from intake.cases.case import Case
from intake.jobs.check_record import check_record
from intake.queue import Job
from intake.records import photo_sets
from intake.records import store as records
from intake.records.legible import Look
from intake.records.upload import TAKEN_OUT, Findings, Verdict, key_owner, seal_findings
from tests.builders import a_case
from tests.records.photographed import as_file, page, photo
from tests.visitor import forms
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.helping_hands import let_in_with_address
from tests.web.sending import PDF, let_in_to_send, send

HOME = "/case/records/photos"
PHOTO = as_file(page(1, per_mm=1)[0]).getvalue()
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def sender(client, services, case, now):
    let_in_to_send(client, services, case, now)
    return client


def _choose(visitor, *names: str, at: str = HOME, body: bytes = PHOTO):
    form = next(form for form in forms(visitor.get(at)) if form.action.endswith("/form"))
    files = [(io.BytesIO(body), name) for name in names]
    data = {"csrf_token": form.fields["csrf_token"], "files": files}
    return visitor.post(form.action, data=data, content_type="multipart/form-data")


def _choose_in_turn(visitor, still_clock, *names: str) -> str:
    """One photo after the other, each at a moment of its own. Returns where their set is."""
    at = HOME
    for name in names:
        at = _choose(visitor, name, at=at).location.partition("#")[0]
        still_clock.advance(seconds=1)
    return at


def _press(visitor, at: str, action: str, **said: str):
    form = next(form for form in forms(visitor.get(at)) if form.action == f"{at}/{action}")
    return visitor.post(form.action, data={"csrf_token": form.fields["csrf_token"]} | said)


def _order(visitor, at: str) -> list[str]:
    return re.findall(r"Page (?:\d+) <bdi class=\"soft\">([^<]+)</bdi>", visitor.get(at).text)


def _ids(services, case: Case) -> dict[str, str]:
    with services.database.read() as tx:
        (found,) = photo_sets.sets_of(tx, case.id)
        key = services.keys.get(key_owner(case.id))
        return {str(n): upload.id for n, upload in enumerate(photo_sets.pages_of(tx, key, found), start=1)}


def _check_all(services, case: Case) -> None:
    with services.database.read() as tx:
        waiting = records.of_case(tx, case.id)
    for upload in waiting:
        check_record(services, Job("job", "check_record", upload.id, 1, "worker"))


def test_photos_become_one_record_in_the_order_of_choosing(sender, services, case) -> None:
    answer = _choose(sender, "c.jpg", "a.heic", "b.png")
    assert answer.status_code == 303
    at = answer.location.partition("#")[0]
    assert _order(sender, at) == ["c.jpg", "a.heic", "b.png"]
    assert _choose(sender, "d.jpg", at=at).location == f"{at}#pages"
    assert _order(sender, at) == ["c.jpg", "a.heic", "b.png", "d.jpg"]
    with services.database.read() as tx:
        assert len(photo_sets.sets_of(tx, case.id)) == 1


def test_pages_are_moved_up_and_down_and_stay_at_the_ends(sender, services, case) -> None:
    at = _choose(sender, "a.jpg", "b.jpg", "c.jpg").location.partition("#")[0]
    pages = _ids(services, case)
    assert _press(sender, at, "move", down=pages["1"]).location == f"{at}#page-{pages['1']}"
    assert _order(sender, at) == ["b.jpg", "a.jpg", "c.jpg"]
    _press(sender, at, "move", up=pages["3"])
    _press(sender, at, "move", up=pages["3"])
    assert _order(sender, at) == ["c.jpg", "b.jpg", "a.jpg"]
    _press(sender, at, "move", up=pages["3"])
    assert _order(sender, at) == ["c.jpg", "b.jpg", "a.jpg"]


def test_a_page_taken_out_is_not_kept_and_no_number_moves(sender, services, case, still_clock) -> None:
    at = _choose_in_turn(sender, still_clock, "a.jpg", "b.jpg", "c.jpg")
    pages = _ids(services, case)
    for _ in range(2):  # before and after its check, and twice
        _press(sender, at, "remove", photo=pages["1"])
        _check_all(services, case)
    assert _order(sender, at) == ["b.jpg", "c.jpg"]
    with services.database.read() as tx:
        uploads = records.of_case(tx, case.id)
        assert {upload.id for upload in uploads} == set(pages.values()), "its row stays"
        gone = records.get(tx, pages["1"])
        assert (gone.verdict, gone.reason) == (Verdict.REJECTED, TAKEN_OUT)
        places = photo_sets.places(services.keys.get(key_owner(case.id)), uploads)
        assert records.needing_requester(tx, case.id) == []
    assert [(places[pages[page]].number, places[pages[page]].page) for page in "23"] == [(1, 1), (1, 2)]
    assert len(list(services.vault.every())) == 2
    assert "Removed by you" in sender.get("/case/records").text


def test_once_it_is_done_nothing_is_moved_or_taken_out(sender, services, case) -> None:
    at = _choose(sender, "a.jpg", "b.jpg").location.partition("#")[0]
    pages, shown = _ids(services, case), sender.get(at)
    tokens = {form.action.rsplit("/", 1)[1]: form.fields["csrf_token"] for form in forms(shown) if at in form.action}
    assert _press(sender, at, "done").location == "/case/records#sent"
    for action, field in (("move", "up"), ("remove", "photo")):
        answer = sender.post(f"{at}/{action}", data={"csrf_token": tokens[action], field: pages["2"]})
        assert answer.status_code == 409
    assert _order(sender, at) == ["a.jpg", "b.jpg"] and "This record is done" in sender.get(at).text
    assert not [form for form in forms(sender.get(at)) if form.action.startswith(at)]


def test_what_is_no_photo_by_its_name_or_by_its_check_is_said_kindly(sender, services, case) -> None:
    answer = _choose(sender, "a.jpg", "letter.pdf")
    assert answer.status_code == 422 and "Choose photos only (JPEG, PNG or HEIC)." in answer.text
    assert "a.jpg" in answer.text, "what came before it stays"
    nothing = _choose(sender, "")
    assert nothing.status_code == 422 and "Choose at least one photo first." in nothing.text
    at = _choose(sender, "looks.jpg", body=PDF).location.partition("#")[0]
    _check_all(services, case)
    assert "Not a photo" in sender.get(at).text


def test_an_unsigned_form_takes_nothing(sender, services, case) -> None:
    at = _choose(sender, "a.jpg").location.partition("#")[0]
    page_id = _ids(services, case)["1"]
    body = {"files": [(io.BytesIO(PHOTO), "b.jpg")], "csrf_token": "forged"}
    assert sender.post(f"{HOME}/form", data=body, content_type="multipart/form-data").status_code == 403
    for action in ("move", "remove", "done"):
        assert sender.post(f"{at}/{action}", data={"up": page_id, "photo": page_id}).status_code == 403
    assert _order(sender, at) == ["a.jpg"]


def test_photos_that_arrived_one_by_one_are_gathered(sender, still_clock) -> None:
    send(sender, PHOTO, "one.jpg")
    still_clock.advance(seconds=1)
    send(sender, PHOTO, "two.jpg")
    send(sender, PDF, "letter.pdf")
    shown = sender.get(HOME)
    assert "one.jpg" in shown.text and "letter.pdf" not in shown.text
    form = next(form for form in forms(shown) if form.action.endswith("/gather"))
    ids = re.findall(r'name="photo" value="([0-9a-f]{32})"', shown.text)
    data = {"csrf_token": form.fields["csrf_token"], "photo": ids}
    at = sender.post(form.action, data=data).location
    assert _order(sender, at) == ["one.jpg", "two.jpg"]
    empty = sender.post(form.action, data={"csrf_token": form.fields["csrf_token"], "photo": ids})
    assert empty.status_code == 422, "a page is in one record only"


def test_another_browser_sees_no_page_and_changes_none_but_the_owner_may(
    sender, new_client, services, case, now
) -> None:
    at = _choose(sender, "private.jpg", "b.jpg").location.partition("#")[0]
    other = new_client()
    let_in_to_send(other, services, case, now)
    assert other.get(at).status_code == 404 and "private.jpg" not in other.get(HOME).text
    with services.database.transaction() as tx:
        stranger_case = a_case(tx, services, now)
    stranger = new_client()
    let_in_with_address(stranger, services, stranger_case, now)
    assert stranger.get(at).status_code == 404
    owner = new_client()
    let_in_with_address(owner, services, case, now)
    pages = _ids(services, case)
    assert _press(owner, at, "move", down=pages["1"]).status_code == 303
    assert _order(owner, at) == ["b.jpg", "private.jpg"]


def _write_look(services, case: Case, upload_id: str, look: Look) -> None:
    """As the check does when it has looked."""
    key = services.keys.get(key_owner(case.id))
    findings = Findings("0" * 64, 0, look=look.as_json())
    with services.database.transaction() as tx:
        records.change(tx, upload_id, findings=seal_findings(key, upload_id, findings))


def test_the_check_itself_sees_that_a_photo_is_blurred(sender, services, case) -> None:
    made, letter = page(2)
    at = _choose(sender, "a.jpg", body=as_file(photo(made, 2, blur=0.4 * letter)).getvalue()).location.partition("#")[0]
    _check_all(services, case)
    assert "Page 1 looks blurred." in sender.get(at).text


def test_hints_are_gentle_name_the_page_and_refuse_nothing(sender, new_client, services, case) -> None:
    at = _choose(sender, "a.jpg", "b.jpg", "c.jpg").location.partition("#")[0]
    _check_all(services, case)
    pages = _ids(services, case)
    for well in ("1", "2"):
        _write_look(services, case, pages[well], Look(3000, 4000))
    _write_look(services, case, pages["3"], Look(3000, 4000, blurred=True))
    text = sender.get(at).text
    assert "Page 3 looks blurred. If you cannot read it yourself on the screen, take it again in daylight." in text
    assert text.count("hint-seen") == 1
    assert _press(sender, at, "done").status_code == 303
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    assert "Page 3 looks blurred." in desk.get(f"/desk/cases/{case.id}").text


def test_the_desk_shows_one_record_with_numbered_pages_and_so_does_the_bundle(
    sender, new_client, services, case, still_clock
) -> None:
    send(sender, PDF, "letter.pdf")
    still_clock.advance(seconds=1)
    at = _choose(sender, "a.jpg", "b.jpg").location.partition("#")[0]
    still_clock.advance(seconds=1)
    send(sender, PDF, "later.pdf")
    _press(sender, at, "move", down=_ids(services, case)["1"])
    _check_all(services, case)
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    shown = desk.get(f"/desk/cases/{case.id}").text.partition('id="whole"')[0]
    rows = re.findall(r'<span class="number">(\d+)\.</span>(?: Page (\d))? <bdi>([^<]+)</bdi>', shown)
    assert rows == [("1", "", "letter.pdf"), ("2", "1", "b.jpg"), ("2", "2", "a.jpg"), ("4", "", "later.pdf")]
    warning = desk.get(f"/desk/cases/{case.id}/records/open-all")
    desk.answer(warning, form="/open-all")
    bundle = zipfile.ZipFile(io.BytesIO(desk.get(f"/desk/cases/{case.id}/records.zip").data))
    assert sorted(bundle.namelist())[:4] == [
        f"{case.reference}-01 letter.pdf", f"{case.reference}-02 p01 b.jpg", f"{case.reference}-02 p02 a.jpg",
        f"{case.reference}-04 later.pdf",
    ]  # fmt: skip
