"""Whether letters can leave, as an operator is told: with a real mail server, and nothing is sent by asking."""

from dataclasses import replace

import pytest
from aiosmtpd.smtp import AuthResult

from intake.config import Settings
from intake.mail.checkup import checkup
from intake.mail.envelope import Letterhead
from intake.mail.smtp_sender import SmtpSender
from tests.components import free_port
from tests.components.test_smtp import certificate, open_door  # noqa: F401  # fixtures

FROM = {"mail_from": "intake@example.org", "mail_reply_to": "desk@example.org"}
KEY = "SG." + "a" * 22 + "." + "b" * 43


def told(settings: Settings, door=None, trust=None, **changed: object) -> str:
    """Everything that is said with these settings, of this mail server."""
    said = FROM | {"mail": "smtp", "smtp_host": "127.0.0.1", "smtp_security": "starttls"} | changed
    if door is not None:
        said |= {"smtp_port": door.port}
    made = replace(settings, **said)
    login, letterhead = (made.smtp_login, made.smtp_password), Letterhead(made.mail_from, "", made.mail_reply_to)
    sender = SmtpSender(made.smtp_host, made.smtp_port, made.smtp_security, login, letterhead, trust=trust)
    return " ".join(checkup(made, sender if made.mail == "smtp" else None))


def known(server, session, envelope, mechanism, said) -> AuthResult:
    return AuthResult(success=(said.login, said.password) == (b"intake", b"right"), handled=False)


@pytest.fixture
def door(open_door, certificate):  # noqa: F811  # the fixtures above
    """A mail server that wants TLS and a login."""
    return open_door(tls_context=certificate.serving, auth_required=True, authenticator=known)


def test_a_mail_server_that_takes_our_letters_is_said_to_and_gets_none(settings, door, certificate) -> None:  # noqa: F811
    said = told(settings, door, certificate.trusting, smtp_login="intake", smtp_password="right")
    assert said.endswith("takes letters from intake@example.org, over STARTTLS and with our login.")
    assert door.messages == [] and door.greeted == []


def test_a_wrong_login_is_named_with_where_to_mend_it_and_is_not_repeated(settings, door, certificate) -> None:  # noqa: F811
    said = told(settings, door, certificate.trusting, smtp_login="intake", smtp_password="planted")
    assert said.startswith("No letter can leave") and "INTAKE_SMTP_PASSWORD" in said and "planted" not in said


def test_an_address_of_ours_that_is_refused_is_named(settings, open_door) -> None:  # noqa: F811
    door = open_door()
    door.sender = "553 not yours"
    said = told(settings, door, smtp_security="none")
    assert "it answers 553" in said and "intake@example.org" in said and door.messages == []


@pytest.mark.parametrize(
    ("what", "says"),
    [("certificate", "not believed"), ("no tls", "offers no encryption"), ("nobody", "nobody answers there")],
)
def test_whatever_stands_in_the_way_is_said_with_what_to_do(settings, open_door, certificate, what, says) -> None:  # noqa: F811
    with_tls = {"tls_context": certificate.serving} if what == "certificate" else {}
    said = told(settings, smtp_port=free_port()) if what == "nobody" else told(settings, open_door(**with_tls))
    assert said.startswith("No letter can leave") and says in said


def test_settings_that_are_missing_are_all_named_at_once(settings) -> None:
    assert told(settings, mail_from="", smtp_host="") == "No letter can leave: set INTAKE_MAIL_FROM, INTAKE_SMTP_HOST."
    assert "INTAKE_SENDGRID_KEY" in told(settings, mail="sendgrid", sendgrid_key="")


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"sendgrid_key": "SG.short"}, "does not look like a key"), ({"sendgrid_key": KEY}, "are complete"),
     ({"sendgrid_events_key": ""}, "nobody would hear"), ({"sendgrid_events_key": "nonsense"}, "is no key"),
     ({"env": "development"}, "leave nowhere")],
)  # fmt: skip
def test_what_can_be_known_of_sendgrid_without_asking_it_is_said(settings, changed, says) -> None:
    base = {"env": "production", "mail": "sendgrid", "sendgrid_key": KEY}
    said = told(settings, **(base | changed))
    assert says in said and KEY not in said


def test_a_folder_is_for_development(settings) -> None:
    assert "leave nowhere" in told(settings, mail="folder")
