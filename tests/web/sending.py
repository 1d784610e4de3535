"""Visitors who send records: let in through the real links, speaking tus or filling the plain form."""

import base64
from datetime import datetime

from werkzeug.test import TestResponse

from intake.cases import ways_in
from intake.cases.case import Case
from intake.services import Services
from tests.visitor import Visitor

TUS = {"Tus-Resumable": "1.0.0"}
OFFSET_TYPE = "application/offset+octet-stream"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def let_in_to_send(client: Visitor, services: Services, case: Case, now: datetime) -> None:
    """Press the button of the upload link."""
    with services.database.transaction() as tx:
        link = ways_in.upload_link(tx, services, case, now).removeprefix(services.settings.base_url)
    assert client.answer(client.get(link)).location == "/case/records"


def let_in_to_look(client: Visitor, services: Services, case: Case, now: datetime, address: str = "") -> None:
    """Press the button of the case link, and type the address if one is given."""
    with services.database.transaction() as tx:
        link = ways_in.case_link(tx, services, case, now).removeprefix(services.settings.base_url)
    assert client.answer(client.get(link)).location == "/case/"
    if address:
        assert client.answer(client.get("/case/"), form="address", email=address).status_code == 303


def metadata(**said: str) -> str:
    """The protocol's metadata."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def announce(client: Visitor, length: int, name: str = "letter.pdf", **headers: str) -> TestResponse:
    """POST /uploads."""
    said = TUS | {"Upload-Length": str(length), "Upload-Metadata": metadata(filename=name)} | headers
    return client.post("/uploads", headers=said)


def append(client: Visitor, address: str, offset: int, body: bytes, **headers: str) -> TestResponse:
    """PATCH an upload."""
    said = TUS | {"Upload-Offset": str(offset), "Content-Type": OFFSET_TYPE} | headers
    return client.patch(address, headers=said, data=body)


def send(client: Visitor, body: bytes = PDF, name: str = "letter.pdf") -> str:
    """A whole file by tus; returns its address."""
    address = announce(client, len(body), name).location
    assert append(client, address, 0, body).status_code == 204
    return address
