"""Letters handed to SendGrid's web API, one call each, with every kind of tracking off.

An answer that we cannot read as "accepted" never counts as sent.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from intake.errors import SenderLater, SenderNever
from intake.mail.envelope import AUTO_SUBMITTED, LETTER_ID, Letterhead, thread_headers
from intake.mail.message import Message

TIMEOUT_SECONDS = 10
# After a time-out nobody knows whether the letter was taken: wait longer than a late acceptance takes to show.
AFTER_TIMEOUT_SECONDS = 300
# The letter itself is at fault. Everything else (a wrong key, a wrong host, too many, down) is ours or theirs and can
# be mended while the letter waits.
LETTER_AT_FAULT = (400, 413)

# At DEBUG the client's logger prints the API key and the whole letter; no setting of ours may bring that about.
_client_logger = logging.getLogger("python_http_client.client")
_client_logger.addFilter(lambda record: False)
_client_logger.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class SendGridSender:
    """Sends through SendGrid. `host` is a whole address, such as https://api.eu.sendgrid.com."""

    key: str = field(repr=False)
    host: str
    letterhead: Letterhead
    timeout: float = TIMEOUT_SECONDS
    sandbox: bool = False  # SendGrid checks the letter and delivers nothing
    tells_delivery: bool = False

    def send(self, message: Message, letter_id: str) -> str:
        """Hand the message over; returns SendGrid's X-Message-Id. Raises SenderLater or SenderNever."""
        api = SendGridAPIClient(self.key, host=self.host.rstrip("/"))
        api.client.timeout = self.timeout
        try:
            answer = api.send(request_body(message, letter_id, self.letterhead, sandbox=self.sandbox))
        except HTTPError as error:
            raise _refusal(error.status_code, error.headers) from None  # its body may repeat the letter
        except TimeoutError:
            raise SenderLater(reason="timeout", retry_after=AFTER_TIMEOUT_SECONDS) from None
        except OSError as error:  # URLError too: no name, no route, refused, cut, or a certificate that does not fit
            late = isinstance(getattr(error, "reason", None), TimeoutError)
            raise SenderLater(reason="timeout" if late else "network", retry_after=None) from None
        return _accepted(answer, self.sandbox)


def request_body(message: Message, letter_id: str, letterhead: Letterhead, *, sandbox: bool = False) -> dict[str, Any]:
    """What SendGrid is asked to send. Beside the letter it learns only its id: what it is told, it keeps for good."""
    sender = {"email": letterhead.address} | ({"name": letterhead.name} if letterhead.name else {})
    body: dict[str, Any] = {
        "personalizations": [{"to": [{"email": message.to}]}],
        "from": sender,
        "subject": message.subject,
        "content": [
            {"type": "text/plain", "value": message.text},
            {"type": "text/html", "value": message.html},
        ],
        "headers": dict([AUTO_SUBMITTED, (LETTER_ID, letter_id), ("Content-Language", message.language)])
        | thread_headers(message, letterhead),
        "custom_args": {"letter_id": letter_id},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
    }
    if letterhead.reply_to:
        body["reply_to"] = {"email": letterhead.reply_to}
    if sandbox:
        body["mail_settings"] = {"sandbox_mode": {"enable": True}}
    return body


def _accepted(answer: Any, sandbox: bool) -> str:
    number = answer.headers.get("X-Message-Id", "")
    # 202 is the answer of the API; a 200 without its id could be any page that a redirect or a proxy led to.
    if answer.status_code == 202 or (answer.status_code == 200 and (number or sandbox)):
        return number
    raise SenderLater(reason=f"http_{answer.status_code}", retry_after=None)


def _refusal(status: int, headers: Any) -> SenderLater | SenderNever:
    if status in LETTER_AT_FAULT:
        return SenderNever(reason=f"http_{status}")
    wait = str(headers.get("Retry-After", "") if headers else "")
    return SenderLater(reason=f"http_{status}", retry_after=int(wait) if wait.isdecimal() else None)
