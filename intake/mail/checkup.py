"""Whether letters can leave, in plain words for an operator, with what to do. Nothing is sent by asking."""

import re

from intake.config import Settings
from intake.errors import SenderLater, SettingsIncomplete
from intake.mail.sender import Sender, make_sender
from intake.mail.signatures import read_keys
from intake.mail.smtp_sender import SmtpSender

# SendGrid's keys as its pages show them: "SG.", an id of 22 signs, a dot, a secret of 43.
SENDGRID_KEY = re.compile(r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}")
NEEDED = {
    "sendgrid": ("mail_from", "mail_reply_to", "sendgrid_key"),
    "smtp": ("mail_from", "mail_reply_to", "smtp_host"),
}
WHAT_TO_DO = {
    "network": "nobody answers there. Check INTAKE_SMTP_HOST and INTAKE_SMTP_PORT, and that the firewall lets us out.",
    "certificate": "its certificate is not believed. Use the name that stands in the certificate, or have it renewed.",
    "tls": "no encrypted connection came about. INTAKE_SMTP_SECURITY is starttls for port 587, and tls for port 465.",
    "tls_missing": "it offers no encryption or no login. Ask whoever runs it, or set INTAKE_SMTP_SECURITY=tls.",
    "smtp_535": "it refuses the login. Check INTAKE_SMTP_LOGIN and INTAKE_SMTP_PASSWORD.",
}


def checkup(settings: Settings, sender: Sender | None = None) -> list[str]:
    """What an operator should know of the way out for letters; the first sentence says whether one can leave.

    `sender` is tried instead of the one that the settings make.
    """
    missing = [f"INTAKE_{name.upper()}" for name in NEEDED.get(settings.mail, ()) if not getattr(settings, name)]
    if missing:
        return [f"No letter can leave: set {', '.join(missing)}."]
    if settings.mail == "smtp":
        return [_tried(settings, sender or make_sender(settings))]
    if settings.mail == "sendgrid":
        return [_key_says(settings), _events_say(settings)]
    return [f"Letters are kept in {settings.mail_folder} and leave nowhere: this is for development only."]


def _tried(settings: Settings, sender: Sender) -> str:
    where = f"{settings.smtp_host}, port {settings.smtp_port}"
    if not isinstance(sender, SmtpSender):
        return f"Letters leave by another way than {where}."
    try:
        sender.try_out()
    except SenderLater as error:
        reason = str(error.values["reason"])
        why = WHAT_TO_DO.get(reason) or _answered(settings, reason)
        return f"No letter can leave by the mail server {where}: {why}"
    how = {"none": "without encryption", "tls": "over TLS", "starttls": "over STARTTLS"}[settings.smtp_security]
    login = "with our login" if settings.smtp_login else "without a login"
    return f"The mail server {where} takes letters from {settings.mail_from}, {how} and {login}."


def _answered(settings: Settings, reason: str) -> str:
    code = reason.removeprefix("smtp_")
    return f"it answers {code}. Ask whoever runs it whether we may send from {settings.mail_from}."


def _key_says(settings: Settings) -> str:
    if settings.in_development:
        return "Letters go to SendGrid’s sandbox and leave nowhere: this is for development only."
    if not SENDGRID_KEY.fullmatch(settings.sendgrid_key):
        return "No letter can leave: INTAKE_SENDGRID_KEY does not look like a key. It begins with SG. and has 69 signs."
    return "The settings for SendGrid are complete. Whether it takes the key shows with the first letter."


def _events_say(settings: Settings) -> str:
    try:
        known = read_keys(settings.sendgrid_events_key)
    except SettingsIncomplete:
        return "INTAKE_SENDGRID_EVENTS_KEY is no key. Copy the verification key from SendGrid’s page Mail Settings."
    if not known:
        return (
            "INTAKE_SENDGRID_EVENTS_KEY is not set: nobody would hear that a letter did not arrive. Turn on the signed "
            "event webhook at SendGrid and copy its verification key."
        )
    return f"SendGrid’s news are checked with {len(known)} key{'s' if len(known) > 1 else ''}."
