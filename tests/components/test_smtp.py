"""Real SMTP on loopback: with and without TLS, with a login, and with every kind of refusal."""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from intake.errors import SenderLater, SenderNever
from intake.mail.envelope import Letterhead
from intake.mail.message import Message
from intake.mail.smtp_sender import SmtpSender
from tests.components import free_port
from tests.components.smtp import Mailroom

MESSAGE = Message("case_opened", "en", "reader@example.org", "We have it: K7Q2", "Text ü\n", "<p>Text ü</p>\n")
LETTERHEAD = Letterhead("intake@example.org", "Our Service", "desk@example.org")


@dataclass
class Door(Mailroom):
    """A mail server that can also refuse recipients and senders; says who was greeted and how."""

    recipient: str = ""
    sender: str = ""
    greeted: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """Take a recipient, or say what `recipient` says."""
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        self.greeted.append(session.host_name or "")
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """Take a sender, or say what `sender` says."""
        envelope.mail_from = address
        return self.sender or "250 OK"


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, for as long as the tests run."""

    place: Path

    @property
    def serving(self) -> ssl.SSLContext:
        """For the server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.place)
        return context

    @property
    def trusting(self) -> ssl.SSLContext:
        """For a client that trusts this certificate and no other."""
        return ssl.create_default_context(cafile=str(self.place))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A throw-away certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = tmp_path_factory.mktemp("certificate") / "both.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    place.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return Certificate(place)


@pytest.fixture
def open_door() -> Iterator[Callable[..., Door]]:
    """Call it with the server's options for a running mail server."""
    running: list[Controller] = []

    def opened(ssl_context: ssl.SSLContext | None = None, **options: Any) -> Door:
        door = Door("127.0.0.1", free_port())
        running.append(Controller(door, door.host, door.port, ssl_context=ssl_context, **options))
        running[-1].start()
        return door

    yield opened
    for controller in running:
        controller.stop()


def sender_to(door: Door, **changed: Any) -> SmtpSender:
    """A sender for this server; without TLS unless `changed` says otherwise."""
    return replace(SmtpSender(door.host, door.port, "none", ("", ""), LETTERHEAD, timeout=10), **changed)


def reason(refused: pytest.ExceptionInfo[Any]) -> object:
    """The short code of a refusal."""
    return refused.value.values["reason"]


def test_a_letter_arrives_whole(open_door: Callable[..., Door]) -> None:
    door = open_door()
    assert sender_to(door).send(MESSAGE, "letter-1") == "<letter-1@example.org>"
    (mail,) = door.messages
    assert (mail["To"], mail["Subject"]) == (MESSAGE.to, MESSAGE.subject)
    assert mail["From"] == "Our Service <intake@example.org>"
    assert (mail["Reply-To"], mail["Auto-Submitted"]) == ("desk@example.org", "auto-generated")
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert rich.get_content().replace("\r\n", "\n") == MESSAGE.html
    assert door.greeted == ["example.org"]


def test_a_repeat_can_be_recognised(open_door: Callable[..., Door]) -> None:
    door = open_door()
    for _ in range(2):
        sender_to(door).send(MESSAGE, "letter-1")
    first, second = door.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["X-Letter-Id"] == "letter-1"


def test_starttls_is_used_and_verified(open_door: Callable[..., Door], certificate: Certificate) -> None:
    door = open_door(tls_context=certificate.serving, require_starttls=True)
    sender_to(door, security="starttls", trust=certificate.trusting).send(MESSAGE, "letter-1")
    assert door.encrypted == [True]


def test_tls_from_the_first_byte_is_used_and_verified(
    open_door: Callable[..., Door], certificate: Certificate
) -> None:
    door = open_door(ssl_context=certificate.serving)
    sender_to(door, security="tls", trust=certificate.trusting).send(MESSAGE, "letter-1")
    assert len(door.messages) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    open_door: Callable[..., Door], certificate: Certificate
) -> None:
    door = open_door(tls_context=certificate.serving)
    with pytest.raises(SenderLater) as refused:
        sender_to(door, security="starttls").send(MESSAGE, "letter-1")
    assert reason(refused) == "certificate"
    assert door.messages == []


def test_a_letter_is_never_sent_in_the_clear_when_tls_was_asked_for(open_door: Callable[..., Door]) -> None:
    door = open_door()
    with pytest.raises(SenderLater) as refused:
        sender_to(door, security="starttls").send(MESSAGE, "letter-1")
    assert reason(refused) == "tls_missing"
    assert door.messages == []


def test_a_login_is_used_and_a_wrong_one_means_later(
    open_door: Callable[..., Door], certificate: Certificate
) -> None:
    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: LoginPassword) -> AuthResult:
        return AuthResult(success=(said.login, said.password) == (b"intake", b"right"), handled=False)

    door = open_door(tls_context=certificate.serving, auth_required=True, authenticator=known)
    sender = sender_to(door, security="starttls", trust=certificate.trusting)
    replace(sender, login=("intake", "right")).send(MESSAGE, "letter-1")
    assert len(door.messages) == 1
    with pytest.raises(SenderLater) as refused:
        replace(sender, login=("intake", "planted-wrong")).send(MESSAGE, "letter-2")
    assert reason(refused) == "smtp_535"
    assert "planted" not in repr(refused.value) + repr(sender_to(door, login=("intake", "planted")))


@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_a_recipient_put_off_means_later(open_door: Callable[..., Door], code: int) -> None:
    door = open_door()
    door.recipient = f"{code} try later"
    with pytest.raises(SenderLater) as refused:
        sender_to(door).send(MESSAGE, "letter-1")
    assert reason(refused) == f"smtp_{code}"


@pytest.mark.parametrize("code", [550, 551, 553])
def test_a_recipient_refused_means_never(open_door: Callable[..., Door], code: int) -> None:
    door = open_door()
    door.recipient = f"{code} no such mailbox"
    with pytest.raises(SenderNever) as refused:
        sender_to(door).send(MESSAGE, "letter-1")
    assert reason(refused) == f"smtp_{code}"


def test_our_own_address_refused_means_later_for_it_can_be_mended(open_door: Callable[..., Door]) -> None:
    door = open_door()
    door.sender = "553 not yours"
    with pytest.raises(SenderLater) as refused:
        sender_to(door).send(MESSAGE, "letter-1")
    assert reason(refused) == "smtp_553"


@pytest.mark.parametrize(("answer", "kind"), [("451 busy", SenderLater), ("554 refused", SenderNever)])
def test_a_refusal_of_the_letter_itself_is_as_the_server_says(
    open_door: Callable[..., Door], answer: str, kind: type[Exception]
) -> None:
    door = open_door()
    door.answer = answer
    with pytest.raises(kind):
        sender_to(door).send(MESSAGE, "letter-1")


def test_a_server_that_is_not_there_means_later() -> None:
    with pytest.raises(SenderLater) as refused:
        SmtpSender("127.0.0.1", free_port(), "none", ("", ""), LETTERHEAD).send(MESSAGE, "letter-1")
    assert reason(refused) == "network"


def test_an_address_in_another_script_arrives_where_the_server_can_take_it(open_door: Callable[..., Door]) -> None:
    abroad = replace(MESSAGE, to="قارئ@example.org")
    able, unable = open_door(enable_SMTPUTF8=True), open_door(enable_SMTPUTF8=False)
    sender_to(able).send(abroad, "letter-1")
    assert able.messages[0]["To"] == "قارئ@example.org"
    with pytest.raises(SenderNever) as refused:
        sender_to(unable).send(abroad, "letter-1")
    assert reason(refused) == "address_not_supported"
