"""tus 1.0.0, sentence by sentence: each MUST, SHOULD and MAY of core, creation, expiration and termination, in our own
words under the heading where the protocol has it, asked over HTTP from the running service.

What the protocol asks of clients alone is left out. Where we leave it: docs/maintainers/decisions/0010.
"""

import base64
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from intake import clock
from intake.links import grants
from intake.records import removing, store
from tests.components.sending import House, Sender, arrived, committed, let_in, running_house, upload_of

BODY = bytes(range(256)) * 20
HALF = len(BODY) // 2
NUMBER = re.compile(r"0|[1-9][0-9]*")
DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
ELSEWHERE = "/uploads/" + "0" * 32
Check = Callable[[House, Sender], None]
TABLE: list[tuple[str, str, Check]] = []


def says(section: str, sentence: str) -> Callable[[Check], Check]:
    """Put a check into the table, under its heading, beside the sentence that it checks."""

    def put(check: Check) -> Check:
        TABLE.append((section, sentence, check))
        return check

    return put


def begun(sender: Sender, offset: int = HALF) -> str:
    """An unfinished upload that stands at an offset."""
    address = sender.announce(len(BODY))
    if offset:
        assert sender.patch(address, 0, BODY[:offset]).status == 204
    return address


def extensions(sender: Sender) -> list[str]:
    """What OPTIONS says that we offer."""
    return sender.ask("OPTIONS", "/uploads", Tus_Resumable=None).headers["Tus-Extension"].split(",")


def expired(house: House, address: str) -> None:
    """Let the time of an unfinished upload be over, and the hourly work be done."""
    upload = upload_of(house.services, address)
    with house.services.database.transaction() as tx:
        store.change(tx, upload.id, expires_at=clock.now() - timedelta(seconds=1))
    removing.expire_idle(house.services.database, house.services.vault, grants.release, clock.now())


# -- Core Protocol ----------------------------------------------------------------------------------------------------


@says("Core Protocol", "servers MUST speak the core: HEAD, PATCH and OPTIONS")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert (sender.head(address).status, sender.ask("OPTIONS", address).status) == (200, 204)
    assert sender.patch(address, HALF, BODY[HALF:]).status == 204 and arrived(house.services, address) == BODY


@says("Headers / Upload-Offset", "the value MUST be an integer that is not negative")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert NUMBER.fullmatch(sender.head(address).headers["Upload-Offset"])
    for wrong in ("-1", "1.5", "0x10", "", "five", "+5", "5 5", None):
        assert sender.patch(address, 0, b"x", Upload_Offset=wrong).status == 400
    assert sender.head(address).offset == HALF


@says("Headers / Upload-Length", "the value MUST be an integer that is not negative")
def _(house: House, sender: Sender) -> None:
    assert NUMBER.fullmatch(sender.head(begun(sender)).headers["Upload-Length"])
    for wrong in ("-1", "1.5", "1e3", "", "many"):
        assert sender.ask("POST", "/uploads", Upload_Length=wrong).status == 400


@says("Headers / Tus-Version", "it MUST be a list of versions parted by commas, the preferred one first")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("OPTIONS", "/uploads").headers["Tus-Version"].split(",") == ["1.0.0"]


@says("Headers / Tus-Resumable", "it MUST be in every request but OPTIONS, and name the client's version")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    for method in ("HEAD", "PATCH", "DELETE"):
        assert sender.ask(method, address, Tus_Resumable=None).status == 412
    assert sender.ask("POST", "/uploads", Upload_Length="5", Tus_Resumable=None).status == 412


@says("Headers / Tus-Resumable", "it MUST be in every answer, and name the server's version; also in a refusal")
def _(house: House, sender: Sender) -> None:
    address, stranger = begun(sender), replace(sender, cookie="")
    answers = [
        sender.head(address), sender.patch(address, HALF, b"x"), sender.patch(address, 0, b"x"),
        sender.patch(address, HALF, b"x", Content_Type="text/plain"), sender.ask("GET", address),
        stranger.head(address), sender.head(ELSEWHERE), sender.ask("PUT", "/uploads"), sender.ask("POST", "/uploads"),
        sender.ask("POST", "/uploads", Upload_Length="5"), sender.ask("HEAD", address, Tus_Resumable="0.2.2"),
        sender.ask("POST", "/uploads", Upload_Length="5", Origin="https://elsewhere.example"),
        sender.ask("DELETE", address), sender.head(address),
    ]  # fmt: skip
    assert {answer.headers["Tus-Resumable"] for answer in answers} == {"1.0.0"}
    assert len({answer.status for answer in answers}) >= 9


@says("Headers / Tus-Resumable", "a version that is not spoken here MUST be answered 412 with Tus-Version")
def _(house: House, sender: Sender) -> None:
    for version in ("0.2.2", "2.0.0", "1.0.1", "1.0", ""):
        answer = sender.ask("HEAD", begun(sender, 0), Tus_Resumable=version)
        assert (answer.status, answer.headers["Tus-Version"]) == (412, "1.0.0")


@says("Headers / Tus-Resumable", "such a request MUST NOT be carried out")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert sender.patch(address, HALF, b"x", Tus_Resumable="0.2.2").status == 412
    assert sender.ask("DELETE", address, Tus_Resumable="0.2.2").status == 412
    with house.services.database.read() as tx:
        before = len(store.of_case(tx, upload_of(house.services, address).case_id))
    assert sender.ask("POST", "/uploads", Upload_Length="5", Tus_Resumable="0.2.2").status == 412
    with house.services.database.read() as tx:
        assert len(store.of_case(tx, upload_of(house.services, address).case_id)) == before
    assert sender.head(address).offset == HALF


@says("Headers / Tus-Extension", "it MUST be a list of what is offered, parted by commas")
def _(house: House, sender: Sender) -> None:
    assert extensions(sender) == ["creation", "expiration", "termination"]


@says("Headers / Tus-Max-Size", "it MUST be an integer that is not negative: the largest upload, in bytes")
def _(house: House, sender: Sender) -> None:
    said = sender.ask("OPTIONS", "/uploads").headers["Tus-Max-Size"]
    assert NUMBER.fullmatch(said) and int(said) == house.server.settings.upload_max_bytes


@says("Headers / Tus-Max-Size", "a server with a known limit SHOULD say it")
def _(house: House, sender: Sender) -> None:
    limit = int(sender.ask("OPTIONS", "/uploads").headers["Tus-Max-Size"])
    assert sender.ask("POST", "/uploads", Upload_Length=str(limit + 1)).status == 413


@says("Headers / X-HTTP-Method-Override", "the method that it names MUST be taken for that of the request")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert sender.patch(address, HALF, BODY[HALF:-1], X_HTTP_Method_Override="PATCH").offset == len(BODY) - 1
    said = {"Upload_Offset": str(len(BODY) - 1), "Content_Type": "application/offset+octet-stream"}
    assert sender.ask("POST", address, BODY[-1:], X_HTTP_Method_Override="patch", **said).status == 204
    head = sender.ask("POST", address, X_HTTP_Method_Override="HEAD")
    assert (head.status, head.offset, head.body) == (200, len(BODY), b"")
    assert sender.ask("POST", ELSEWHERE, X_HTTP_Method_Override="HEAD").status == 404
    other = begun(sender)
    assert sender.ask("POST", other, X_HTTP_Method_Override="DELETE").status == 204 and sender.head(other).status == 410


@says("Headers / X-HTTP-Method-Override", "the method of the request itself MUST be ignored then")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert sender.ask("DELETE", address, X_HTTP_Method_Override="HEAD").offset == HALF
    assert sender.head(address).offset == HALF
    assert sender.ask("GET", address, X_HTTP_Method_Override="DELETE", Origin="https://elsewhere.example").status == 403
    assert sender.ask("GET", address, X_HTTP_Method_Override="DELETE").status == 204


@says("Requests / HEAD", "the answer MUST have Upload-Offset: at nothing, in the middle, and when all is there")
def _(house: House, sender: Sender) -> None:
    for offset in (0, 1, HALF, len(BODY)):
        answer = sender.head(begun(sender, offset))
        assert (answer.status, answer.offset) == (200, offset)


@says("Requests / HEAD", "it MUST have Upload-Length when the size is known, which it always is here")
def _(house: House, sender: Sender) -> None:
    for offset in (0, HALF, len(BODY)):
        assert sender.head(begun(sender, offset)).headers["Upload-Length"] == str(len(BODY))


@says("Requests / HEAD", "for what is not there it SHOULD answer 404, 410 or 403, without Upload-Offset")
def _(house: House, sender: Sender) -> None:
    cancelled, over = begun(sender), begun(sender)
    sender.ask("DELETE", cancelled)
    expired(house, over)
    stranger = let_in(house.server.settings, house.services)
    answers = [sender.head(ELSEWHERE), sender.head(cancelled), sender.head(over), stranger.head(begun(sender))]
    assert [answer.status for answer in answers] == [404, 410, 410, 404]
    assert [answer.offset for answer in answers] == [None] * 4


@says("Requests / HEAD", "nobody on the way MUST keep the answer: Cache-Control is no-store")
def _(house: House, sender: Sender) -> None:
    assert sender.head(begun(sender)).headers["Cache-Control"] == "no-store"
    assert sender.head(ELSEWHERE).headers["Cache-Control"] == "no-store"


@says("Requests / PATCH", "it SHOULD be taken by any upload, its bytes put where Upload-Offset says")
def _(house: House, sender: Sender) -> None:
    address = begun(sender, 7)
    assert sender.patch(address, 7, BODY[7:]).status == 204
    assert arrived(house.services, address) == BODY


@says("Requests / PATCH", "another media type than the protocol's own SHOULD be answered 415")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    for kind in ("application/octet-stream", "text/plain", "", None):
        assert sender.patch(address, HALF, b"x", Content_Type=kind).status == 415
    assert sender.head(address).offset == HALF


@says("Requests / PATCH", "an offset that is not the current one MUST be answered 409, and nothing changes")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    before = upload_of(house.services, address)
    for wrong in (0, HALF - 1, HALF + 1, len(BODY), len(BODY) + 1, 10**17):
        answer = sender.patch(address, wrong, b"x")
        assert (answer.status, answer.offset) == (409, HALF)
    assert upload_of(house.services, address) == before and sender.head(address).offset == HALF


@says("Requests / PATCH", "all the rest SHOULD come in one request, but MAY come in many small ones")
def _(house: House, sender: Sender) -> None:
    once, often = begun(sender, 0), begun(sender, 0)
    assert sender.patch(once, 0, BODY).offset == len(BODY)
    for offset in range(0, len(BODY), 512):
        assert sender.patch(often, offset, BODY[offset : offset + 512]).offset == offset + 512
    assert arrived(house.services, once) == arrived(house.services, often) == BODY


@says("Requests / PATCH", "success MUST be answered 204")
def _(house: House, sender: Sender) -> None:
    answer = sender.patch(begun(sender, 0), 0, BODY)
    assert (answer.status, answer.body) == (204, b"")


@says("Requests / PATCH", "the answer MUST have the new Upload-Offset")
def _(house: House, sender: Sender) -> None:
    assert sender.patch(begun(sender), HALF, b"x").offset == HALF + 1


@says("Requests / PATCH", "the new offset MUST be the old one and the bytes that were stored, no more and no fewer")
def _(house: House, sender: Sender) -> None:
    address, offset = begun(sender, 0), 0
    for count in (1, 0, 511, 1024, 3):
        offset += count
        answer = sender.patch(address, offset - count, BODY[offset - count : offset])
        assert answer.offset == offset == sender.head(address).offset == committed(house.services, address)


@says("Requests / PATCH", "for an upload that is not there it SHOULD answer 404")
def _(house: House, sender: Sender) -> None:
    assert sender.patch(ELSEWHERE, 0, b"x").status == 404
    assert sender.patch("/uploads/not-of-our-making", 0, b"x").status == 404


@says("Requests / PATCH", "faults of the line SHOULD be handled in a foreseeable way, as much kept as came")
def _(house: House, sender: Sender) -> None:
    for end in ("close", "reset"):
        address = begun(sender, 0)
        line = half_sent(sender, address, 0, len(BODY), BODY[:HALF])
        time.sleep(0.3)  # what is still on the wire when a line is reset, nobody can keep
        if end == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        line.close()
        until = time.monotonic() + 20
        while time.monotonic() < until and sender.head(address).offset != HALF:
            time.sleep(0.05)
        assert sender.patch(address, HALF, BODY[HALF:]).status == 204
        assert arrived(house.services, address) == BODY


@says("Requests / PATCH", "the server SHOULD store what came even though the rest is still awaited")
def _(house: House, sender: Sender) -> None:
    address = begun(sender, 0)
    line = half_sent(sender, address, 0, len(BODY), BODY[:HALF])
    until = time.monotonic() + 20
    while time.monotonic() < until and sender.head(address).offset != HALF:
        time.sleep(0.2)
    assert sender.head(address).offset == HALF, "a line that is silent holds nothing back for more than some seconds"
    assert sender.patch(address, HALF, BODY[HALF:]).status == 204, "the newest request has the turn"
    line.close()


@says("Requests / OPTIONS", "it MAY be asked to learn what the server does, and success is 204 or 200")
def _(house: House, sender: Sender) -> None:
    stranger = replace(sender, cookie="")
    assert {stranger.ask("OPTIONS", path).status for path in ("/uploads", ELSEWHERE)} == {204}


@says("Requests / OPTIONS", "a successful answer MUST have Tus-Version")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("OPTIONS", "/uploads").headers["Tus-Version"] == "1.0.0"


@says("Requests / OPTIONS", "it MAY have Tus-Extension and Tus-Max-Size")
def _(house: House, sender: Sender) -> None:
    assert {"Tus-Extension", "Tus-Max-Size"} <= set(sender.ask("OPTIONS", "/uploads").headers)


@says("Requests / OPTIONS", "Tus-Resumable in the request MUST be ignored")
def _(house: House, sender: Sender) -> None:
    for said in ("0.0.1", "nonsense", "", None):
        assert sender.ask("OPTIONS", "/uploads", Tus_Resumable=said).status == 204


@says("Protocol Extensions", "what is offered SHOULD be found by OPTIONS, and nothing else may be in the list")
def _(house: House, sender: Sender) -> None:
    absent = {"creation-defer-length", "creation-with-upload", "checksum", "checksum-trailer", "concatenation"}
    assert not absent & set(extensions(sender))
    assert "Tus-Checksum-Algorithm" not in sender.ask("OPTIONS", "/uploads").headers


# -- Creation ---------------------------------------------------------------------------------------------------------


@says("Creation", "a server that has it MUST list creation")
def _(house: House, sender: Sender) -> None:
    assert "creation" in extensions(sender)


@says("Creation / Upload-Defer-Length", "the header MUST be left out when the length is not deferred")
def _(house: House, sender: Sender) -> None:
    answers = [sender.ask("POST", "/uploads", Upload_Length="5"), sender.head(begun(sender))]
    assert all("Upload-Defer-Length" not in answer.headers for answer in answers)


@says("Creation / Upload-Defer-Length", "any value but 1 should be answered 400; not being offered, so is 1")
def _(house: House, sender: Sender) -> None:
    for value in ("1", "0", "2", "yes", ""):
        assert sender.ask("POST", "/uploads", Upload_Defer_Length=value).status == 400


@says("Creation / Upload-Metadata", "it MUST be pairs parted by commas, key and Base64 value parted by a space")
def _(house: House, sender: Sender) -> None:
    for right in ("a YQ==", "a YQ==,b Yg==", "filename YS5wZGY=,filetype YXBwbGljYXRpb24vcGRm"):
        assert sender.announce(5, Upload_Metadata=right)
    for wrong in ("a  YQ==", "a YQ==;b Yg==", "a Y Q==", "a *", "a YQ"):
        assert sender.ask("POST", "/uploads", Upload_Length="5", Upload_Metadata=wrong).status == 400


@says("Creation / Upload-Metadata", "a key MUST NOT be empty or hold a space or a comma, and SHOULD be ASCII")
def _(house: House, sender: Sender) -> None:
    for wrong in (",", "a YQ==,,b Yg==", "a YQ==, ,b Yg==", "a b YQ==", "k\u00e9y YQ=="):
        assert sender.ask("POST", "/uploads", Upload_Length="5", Upload_Metadata=wrong).status == 400


@says("Creation / Upload-Metadata", "no key MUST come twice")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("POST", "/uploads", Upload_Length="5", Upload_Metadata="a YQ==,a Yg==").status == 400


@says("Creation / Upload-Metadata", "a value MAY be empty, and its space MAY be left out")
def _(house: House, sender: Sender) -> None:
    for said in ("flag", "flag ", "a YQ==,flag", "flag,a YQ=="):
        assert sender.head(sender.announce(5, Upload_Metadata=said)).headers["Upload-Metadata"].strip() == said.strip()


@says("Creation / Upload-Metadata", "values SHOULD be made harmless before they come near a header")
def _(house: House, sender: Sender) -> None:
    name = base64.b64encode(b"a.pdf\r\nSet-Cookie: mine=1\r\n").decode()
    address = sender.announce(5, Upload_Metadata=f"filename {name}")
    answer = sender.head(address)
    assert answer.headers["Upload-Metadata"] == f"filename {name}" and "mine" not in str(answer.headers["Set-Cookie"])


@says("Creation / POST", "the address for new uploads takes POST, and the request MUST say Upload-Length")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("POST", "/uploads", Upload_Length="5").status == 201
    assert sender.ask("POST", "/uploads").status == 400


@says("Creation / POST", "a length that is set MUST NOT change")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert sender.patch(address, HALF, b"x", Upload_Length=str(HALF + 1)).status == 204
    assert sender.head(address).headers["Upload-Length"] == str(len(BODY))


@says("Creation / POST", "metadata MAY be sent, and the server MAY use it, ignore it or refuse it")
def _(house: House, sender: Sender) -> None:
    assert sender.announce(5, Upload_Metadata="colour Z3JlZW4=") and sender.announce(5, Upload_Metadata=None)
    assert sender.ask("POST", "/uploads", Upload_Length="5", Upload_Metadata=f"a {'YQ==' * 2000}").status == 400


@says("Creation / POST", "HEAD MUST give metadata back as it came (to the browser that sent it: decision 0010)")
def _(house: House, sender: Sender) -> None:
    said = f"filename {base64.b64encode('Ärzte über Knie.pdf'.encode()).decode()},flag"
    address = sender.announce(len(BODY), Upload_Metadata=said)
    for offset in (0, len(BODY)):
        assert sender.head(address).headers["Upload-Metadata"] == said
        sender.patch(address, offset, BODY)
    assert "Upload-Metadata" not in sender.head(sender.announce(5, Upload_Metadata=None)).headers


@says("Creation / POST", "a length over the maximum MUST be answered 413")
def _(house: House, sender: Sender) -> None:
    limit = house.server.settings.upload_max_bytes
    assert sender.ask("POST", "/uploads", Upload_Length=str(limit + 1)).status == 413
    assert sender.ask("POST", "/uploads", Upload_Length=str(10**17)).status == 413


@says("Creation / POST", "success MUST be answered 201")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("POST", "/uploads", Upload_Length="1").status == 201


@says("Creation / POST", "Location MUST be the address of the new upload, and MAY be relative")
def _(house: House, sender: Sender) -> None:
    answer = sender.ask("POST", "/uploads", Upload_Length="1")
    assert re.fullmatch(r"/uploads/[0-9a-f]{32}", answer.headers["Location"])
    assert sender.patch(answer.headers["Location"], 0, b"1").status == 204


@says("Creation With Upload", "it is not offered: bytes of a POST are let go, and the upload stands at 0")
def _(house: House, sender: Sender) -> None:
    said = {"Upload_Length": "5", "Content_Type": "application/offset+octet-stream"}
    answer = sender.ask("POST", "/uploads", b"hello", **said)
    assert (answer.status, answer.offset) == (201, 0)
    assert sender.patch(answer.headers["Location"], 0, b"hello").offset == 5


# -- Expiration -------------------------------------------------------------------------------------------------------


@says("Expiration", "a server that removes unfinished uploads MUST list expiration, and MAY remove them")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert "expiration" in extensions(sender)
    expired(house, address)
    assert committed(house.services, address) == 0


@says("Expiration / Upload-Expires", "it MUST be in every answer to PATCH while the upload may expire")
def _(house: House, sender: Sender) -> None:
    address = begun(sender, 0)
    answers = [
        sender.patch(address, 0, b"x"), sender.patch(address, 0, b"x"), sender.patch(address, 1, b""),
        sender.patch(address, 1, b"x", Content_Type="text/plain"), sender.patch(address, 1, BODY + b"x"),
        sender.patch(address, 1, b"x", Upload_Offset="one"),
    ]  # fmt: skip
    assert [answer.status for answer in answers] == [204, 409, 204, 415, 413, 400]
    assert all(DATE.fullmatch(answer.headers["Upload-Expires"]) for answer in answers)
    assert "Upload-Expires" not in sender.patch(address, 1, BODY[1:]).headers, "what is complete does not expire"


@says("Expiration / Upload-Expires", "it MUST be in the answer to POST when it is known, which it always is here")
def _(house: House, sender: Sender) -> None:
    assert DATE.fullmatch(sender.ask("POST", "/uploads", Upload_Length="5").headers["Upload-Expires"])


@says("Expiration / Upload-Expires", "its value MAY change")
def _(house: House, sender: Sender) -> None:
    address = sender.announce(len(BODY))
    with house.services.database.transaction() as tx:
        store.change(tx, upload_of(house.services, address).id, expires_at=clock.now() + timedelta(days=1))
    before = parsedate_to_datetime(sender.head(address).headers["Upload-Expires"])
    assert parsedate_to_datetime(sender.patch(address, 0, b"x").headers["Upload-Expires"]) > before


@says("Expiration / Upload-Expires", "what has since been removed SHOULD be answered 410 by a server that remembers")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    expired(house, address)
    assert {sender.head(address).status, sender.patch(address, HALF, b"x").status} == {410}


@says("Expiration / Upload-Expires", "the value MUST be a date as RFC 7231 writes it")
def _(house: House, sender: Sender) -> None:
    said = sender.head(begun(sender)).headers["Upload-Expires"]
    assert DATE.fullmatch(said)
    assert timedelta(days=6) < parsedate_to_datetime(said) - clock.now() < timedelta(days=8)


# -- Termination ------------------------------------------------------------------------------------------------------


@says("Termination", "a server that has it MUST list termination")
def _(house: House, sender: Sender) -> None:
    assert "termination" in extensions(sender)


@says("Termination / DELETE", "an upload that is there MUST be ended with 204 (an unfinished one: decision 0010)")
def _(house: House, sender: Sender) -> None:
    for offset in (0, HALF):
        answer = sender.ask("DELETE", begun(sender, offset))
        assert (answer.status, answer.body) == (204, b"")


@says("Termination / DELETE", "what it took up SHOULD be freed")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    upload, objects = upload_of(house.services, address), set(house.services.vault.every())
    assert upload.grant_id is not None
    with house.services.database.read() as tx:
        before = grants.get(tx, upload.grant_id).bytes_left
    sender.ask("DELETE", address)
    with house.services.database.read() as tx:
        after = grants.get(tx, upload.grant_id).bytes_left
    assert after == (before or 0) + len(BODY) and len(objects - set(house.services.vault.every())) == 1


@says("Termination / DELETE", "every later request SHOULD be answered 404 or 410")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    sender.ask("DELETE", address)
    later = [sender.head(address), sender.patch(address, HALF, b"x"), sender.ask("DELETE", address)]
    assert [answer.status for answer in later] == [410, 410, 410]


# -- Not offered, and where we leave the protocol ---------------------------------------------------------------------


@says("Checksum", "it is not offered: the header of a checksum changes nothing")
def _(house: House, sender: Sender) -> None:
    assert sender.patch(begun(sender), HALF, b"x", Upload_Checksum="sha1 AAAA").status == 204


@says("Concatenation", "it is not offered: a final upload of others is refused")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("POST", "/uploads", Upload_Concat=f"final;{begun(sender)}").status == 400


@says("Decision 0010", "a complete record cannot be deleted through the link that only adds")
def _(house: House, sender: Sender) -> None:
    address = begun(sender, len(BODY))
    assert sender.ask("DELETE", address).status == 409 and arrived(house.services, address) == BODY


@says("Decision 0010", "another browser with the same link learns the offset, and no name")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    upload = upload_of(house.services, address)
    with house.services.database.transaction() as tx:
        store.change(tx, upload.id, session_id="another browser's")
    answer = sender.head(address)
    assert answer.offset == HALF and "Upload-Metadata" not in answer.headers


@says("Decision 0010", "a body that runs over is refused with 413, and the upload goes on")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert sender.patch(address, HALF, BODY).status == 413
    assert sender.patch(address, HALF, BODY[HALF:]).status == 204 and arrived(house.services, address) == BODY


@says("Decision 0010", "an empty file is refused with 400")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("POST", "/uploads", Upload_Length="0").status == 400


@says("Decision 0010", "nothing can be read back")
def _(house: House, sender: Sender) -> None:
    assert sender.ask("GET", begun(sender, len(BODY))).status == 405


@says("Decision 0010", "a completion whose answer was lost can be had again, however often")
def _(house: House, sender: Sender) -> None:
    address = begun(sender)
    assert sender.patch(address, HALF, BODY[HALF:]).offset == len(BODY)
    stood = upload_of(house.services, address)
    for _ in range(3):
        assert (sender.head(address).status, sender.head(address).offset) == (200, len(BODY))
        at_the_end = sender.patch(address, len(BODY), b"")
        named = sender.patch(address, len(BODY), b"", X_HTTP_Method_Override="PATCH")
        assert {(answer.status, answer.offset) for answer in (at_the_end, named)} == {(204, len(BODY))}
        the_same = sender.patch(address, HALF, BODY[HALF:])
        assert (the_same.status, the_same.offset) == (409, len(BODY))
    assert upload_of(house.services, address) == stood and arrived(house.services, address) == BODY


def half_sent(sender: Sender, address: str, offset: int, announced: int, body: bytes) -> socket.socket:
    """A PATCH that announces more than it sends; the line stays open."""
    line = socket.create_connection(("127.0.0.1", sender.port))
    line.sendall(sender.patch_head(address, offset, announced) + body)
    return line


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running service for the whole table."""
    with running_house(tmp_path_factory.mktemp("protocol"), "serve") as made:
        yield made


@pytest.mark.parametrize(("section", "sentence", "check"), TABLE, ids=[f"{each[0]}: {each[1]}" for each in TABLE])
def test_tus_says_in(section: str, sentence: str, check: Check, house: House) -> None:
    check(house, house.sender)
