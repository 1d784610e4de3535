"""The settings choose the way out, and the key stays out of sight."""

from dataclasses import replace

import pytest

from intake.config import Settings
from intake.errors import SettingsIncomplete
from intake.mail.folder_sender import FolderSender
from intake.mail.sender import make_sender
from intake.mail.sendgrid_sender import SendGridSender
from intake.mail.smtp_sender import SmtpSender
from tests.components.sendgrid_events import Signer


def test_development_sends_into_a_folder(settings: Settings) -> None:
    sender = make_sender(settings)
    assert isinstance(sender, FolderSender)
    assert sender.folder == settings.mail_folder


def test_sendgrid_is_chosen_with_its_host(settings: Settings) -> None:
    eu = replace(settings, mail="sendgrid", sendgrid_key="SG.planted", sendgrid_host="https://api.eu.sendgrid.com")
    sender = make_sender(eu)
    assert isinstance(sender, SendGridSender)
    assert sender.host == "https://api.eu.sendgrid.com"
    assert "planted" not in repr(sender)


def test_smtp_is_chosen_with_its_security(settings: Settings) -> None:
    sender = make_sender(replace(settings, mail="smtp", smtp_host="mail.example.org", smtp_password="planted"))
    assert isinstance(sender, SmtpSender)
    assert (sender.host, sender.port, sender.security) == ("mail.example.org", 587, "starttls")
    assert "planted" not in repr(sender)


def test_the_name_of_the_service_stands_beside_the_address_unless_the_settings_say_another(settings: Settings) -> None:
    assert make_sender(settings, "Our Service").letterhead.name == "Our Service"
    assert make_sender(replace(settings, mail_from_name="Other"), "Our Service").letterhead.name == "Other"


def test_in_development_sendgrid_only_checks_letters_and_its_silence_means_nothing(settings: Settings) -> None:
    key = Signer().shown
    here = replace(settings, mail="sendgrid", sendgrid_key="SG.planted", sendgrid_events_key=key)
    there = replace(here, env="production")
    assert [(each.sandbox, each.tells_delivery) for each in map(make_sender, (here, there))] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert not make_sender(replace(there, sendgrid_events_key="")).tells_delivery
    assert not make_sender(replace(there, mail="smtp", smtp_host="mail.example.org")).tells_delivery


def test_an_events_key_that_is_none_is_named_at_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsIncomplete, match="INTAKE_SENDGRID_EVENTS_KEY"):
        make_sender(replace(settings, mail="sendgrid", sendgrid_key="SG.planted", sendgrid_events_key="no key"))
