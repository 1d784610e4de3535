"""Real HTTP to a server that behaves like SendGrid: what it is asked, and what each of its answers means to us."""

import json
import logging
from dataclasses import replace

import pytest

from intake.errors import SenderLater, SenderNever
from intake.mail.envelope import Letterhead
from intake.mail.message import Message
from intake.mail.sendgrid_sender import SendGridSender
from tests.components import free_port
from tests.components.fake_sendgrid import HANG, Answer, FakeSendGrid, sendgrid  # noqa: F401  # a fixture

KEY = "SG.planted-key"
MESSAGE = Message(
    "case_opened",
    "en",
    "reader@example.org",
    "We have your request: K7Q2",
    "Plantedtext https://opinion.example.org/l/abc\n",
    '<p>Plantedtext <a href="https://opinion.example.org/l/abc">See</a></p>\n',
)


@pytest.fixture
def sender(sendgrid: FakeSendGrid) -> SendGridSender:  # noqa: F811
    """A sender that talks to the server of this test."""
    return SendGridSender(KEY, sendgrid.host, Letterhead("intake@example.org", "Our Service", "desk@example.org"))


def test_an_accepted_letter_gives_the_providers_id(sendgrid: FakeSendGrid, sender: SendGridSender) -> None:  # noqa: F811
    assert sender.send(MESSAGE, "letter-1") == "sg-1"
    (request,) = sendgrid.requests
    assert request["path"] == "/v3/mail/send"
    assert request["headers"]["Authorization"] == f"Bearer {KEY}"


def test_the_letter_is_sent_as_it_was_written(sendgrid: FakeSendGrid, sender: SendGridSender) -> None:  # noqa: F811
    sender.send(MESSAGE, "letter-1")
    (body,) = sendgrid.bodies
    assert body["personalizations"] == [{"to": [{"email": MESSAGE.to}]}]
    assert body["from"] == {"email": "intake@example.org", "name": "Our Service"}
    assert body["reply_to"] == {"email": "desk@example.org"}
    assert body["subject"] == MESSAGE.subject
    assert body["content"] == [
        {"type": "text/plain", "value": MESSAGE.text},
        {"type": "text/html", "value": MESSAGE.html},
    ]
    assert body["headers"]["Auto-Submitted"] == "auto-generated"


def test_every_kind_of_tracking_is_off_in_every_letter(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
) -> None:
    sender.send(MESSAGE, "letter-1")
    tracking = sendgrid.bodies[0]["tracking_settings"]
    assert tracking["click_tracking"] == {"enable": False, "enable_text": False}
    for kind in ("open_tracking", "subscription_tracking", "ganalytics"):
        assert tracking[kind] == {"enable": False}


def test_the_provider_learns_nothing_but_the_letters_id(sendgrid: FakeSendGrid, sender: SendGridSender) -> None:  # noqa: F811
    sender.send(MESSAGE, "letter-1")
    (body,) = sendgrid.bodies
    assert body["custom_args"] == {"letter_id": "letter-1"}
    assert set(body) == {
        "personalizations", "from", "reply_to", "subject", "content", "headers", "custom_args", "tracking_settings",
    }  # fmt: skip
    assert set(body["headers"]) == {"Auto-Submitted", "X-Letter-Id", "Content-Language"}


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 500, 502, 503])
def test_what_can_be_mended_while_the_letter_waits_means_later(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
    status: int,
) -> None:
    sendgrid.answers = [Answer(status)]
    with pytest.raises(SenderLater) as refused:
        sender.send(MESSAGE, "letter-1")
    assert refused.value.values == {"reason": f"http_{status}", "retry_after": None}


@pytest.mark.parametrize("status", [400, 413])
def test_what_is_wrong_with_the_letter_itself_means_never(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
    status: int,
) -> None:
    sendgrid.answers = [Answer(status)]
    with pytest.raises(SenderNever) as refused:
        sender.send(MESSAGE, "letter-1")
    assert refused.value.values == {"reason": f"http_{status}"}


@pytest.mark.parametrize(("said", "heard"), [("120", 120), ("soon", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)])
def test_the_time_asked_for_is_passed_on(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
    said: str,
    heard: int | None,
) -> None:
    sendgrid.answers = [Answer(429, {"Retry-After": said})]
    with pytest.raises(SenderLater) as refused:
        sender.send(MESSAGE, "letter-1")
    assert refused.value.values["retry_after"] == heard


def test_a_page_that_a_redirect_leads_to_does_not_count_as_accepted(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
) -> None:
    sendgrid.answers = [Answer(200)]
    with pytest.raises(SenderLater):
        sender.send(MESSAGE, "letter-1")
    sendgrid.answers = [Answer(200, {"X-Message-Id": "sandbox"})]
    assert sender.send(MESSAGE, "letter-1") == "sandbox"


def test_the_sandbox_is_asked_for_and_its_plain_yes_is_enough(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
) -> None:
    sendgrid.answers = [Answer(200), Answer(202)]
    assert replace(sender, sandbox=True).send(MESSAGE, "letter-1") == ""
    sender.send(MESSAGE, "letter-2")
    checked, sent = sendgrid.bodies
    assert checked["mail_settings"] == {"sandbox_mode": {"enable": True}}
    assert "mail_settings" not in sent


def test_letters_of_a_case_carry_what_keeps_them_together(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
) -> None:
    sender.send(replace(MESSAGE, thread="K7Q2-M4XD-9T"), "letter-1")
    headers = sendgrid.bodies[0]["headers"]
    assert headers["References"] == headers["In-Reply-To"] == "<case.K7Q2-M4XD-9T@example.org>"
    assert headers["Thread-Topic"] == "K7Q2-M4XD-9T" and len(headers["Thread-Index"]) == 32


def test_no_answer_in_time_means_later_and_a_longer_wait(sendgrid: FakeSendGrid, sender: SendGridSender) -> None:  # noqa: F811
    sendgrid.answers = [Answer(HANG)]
    with pytest.raises(SenderLater) as refused:
        replace(sender, timeout=0.2).send(MESSAGE, "letter-1")
    assert refused.value.values == {"reason": "timeout", "retry_after": 300}


def test_a_provider_that_is_not_there_means_later(sender: SendGridSender) -> None:
    with pytest.raises(SenderLater) as refused:
        replace(sender, host=f"http://127.0.0.1:{free_port()}").send(MESSAGE, "letter-1")
    assert refused.value.values["reason"] == "network"


def test_neither_key_nor_letter_is_ever_written_down(
    sendgrid: FakeSendGrid,  # noqa: F811
    sender: SendGridSender,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sendgrid.answers = [Answer(202), Answer(500)]
    logging.getLogger("python_http_client.client").setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        sender.send(MESSAGE, "letter-1")
        with pytest.raises(SenderLater) as refused:
            sender.send(MESSAGE, "letter-2")
    told = caplog.text + "".join(capfd.readouterr()) + repr(refused.value) + json.dumps(refused.value.values)
    assert refused.value.__suppress_context__
    for secret in (KEY, MESSAGE.to, "Plantedtext", "/l/abc"):
        assert secret not in told
