"""Settings: production by default, refused while half-set, and everything that is missing named at once."""

from pathlib import Path

import pytest

from intake.config import GIB, Settings, environment_name, read_settings
from intake.errors import SettingsIncomplete

PRODUCTION = {
    "INTAKE_BASE_URL": "https://opinion.example.org",
    "INTAKE_MAIL": "sendgrid",
    "INTAKE_MAIL_FROM": "letters@example.org",
    "INTAKE_MAIL_REPLY_TO": "desk@example.org",
    "INTAKE_SENDGRID_KEY": "a-key",
    "INTAKE_SENDGRID_EVENTS_KEY": "another-key",
}


def faults(environ: dict[str, str]) -> str:
    """What reading these says."""
    with pytest.raises(SettingsIncomplete) as refused:
        read_settings(environ)
    return str(refused.value)


def test_production_is_the_default() -> None:
    assert read_settings(PRODUCTION).env == "production"
    assert not read_settings(PRODUCTION).in_development


def test_production_names_everything_that_is_missing_at_once() -> None:
    said = faults({})
    for name in set(PRODUCTION) - {"INTAKE_SENDGRID_KEY", "INTAKE_SENDGRID_EVENTS_KEY"}:
        assert name in said


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_does_not_start_without(name: str) -> None:
    assert name in faults({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTAKE_ENV", "staging"),
        ("INTAKE_BASE_URL", "http://opinion.example.org"),
        ("INTAKE_MAIL", "folder"),
        ("INTAKE_MAIL", "pigeon"),
        ("INTAKE_RATE_LIMITS", "off"),
        ("INTAKE_RATE_LIMITS", "perhaps"),
        ("INTAKE_PORT", "eighty"),
        ("INTAKE_SMTP_SECURITY", "hope"),
        ("INTAKE_BASE_URL", "https://"),
        ("INTAKE_BASE_URL", "https://[::1"),
        ("INTAKE_BASE_URL", "https://name:word@opinion.example.org"),
        ("INTAKE_BASE_URL", "https://opinion.example.org/intake"),
        ("INTAKE_BASE_URL", "https://opinion.example.org?x=1"),
        ("INTAKE_DATABASE_URL", "intake.db"),
        ("INTAKE_DATABASE_URL", "mysql://db.example.org/intake"),
        ("INTAKE_KEYS_URL", "redis://keys.example.org"),
        ("INTAKE_PORT", "0"),
        ("INTAKE_PORT", "65536"),
        ("INTAKE_THREADS", "0"),
        ("INTAKE_UPLOAD_THREADS", "0"),
        ("INTAKE_PROXY_HOPS", "-1"),
        ("INTAKE_DRAFT_DAYS", "-28"),
        ("INTAKE_CASE_MAX_FILES", "0"),
        ("INTAKE_LINK_MAX_FILES", "0"),
        ("INTAKE_LINK_MAX_BYTES", "0"),
        ("INTAKE_SERVICE_MAX_BYTES", "-1"),
        ("INTAKE_VAULT_URL", "/srv/vault"),
        ("INTAKE_VAULT_URL", "file:///srv/vault"),
        ("INTAKE_VAULT_URL", "s3://"),
        ("INTAKE_VAULT_URL", "s3:bucket"),
        ("INTAKE_VAULT_URL", "https://bucket.s3.amazonaws.com"),
        ("INTAKE_VAULT_URL", "s3://key:secret@bucket"),
        ("INTAKE_VAULT_URL", "s3://bucket?secret_access_key=x"),
        ("INTAKE_VAULT_URL", "s3://bucket?AWS_ACCESS_KEY_ID=x"),
        ("INTAKE_VAULT_URL", "az://container?sas_token=x"),
        ("INTAKE_VAULT_URL", "az://container?account_key=x"),
        ("INTAKE_VAULT_URL", "s3://bucket?endpoint=http://store.example.org"),
        ("INTAKE_VAULT_URL", "s3://bucket?endpoint=HTTP://store.example.org"),
    ],
)
def test_production_refuses(name: str, value: str) -> None:
    assert name in faults(PRODUCTION | {name: value})


def test_production_refuses_to_send_letters_in_the_open() -> None:
    smtp = PRODUCTION | {"INTAKE_MAIL": "smtp", "INTAKE_SMTP_HOST": "mail.example.org"}
    assert "INTAKE_SMTP_SECURITY" in faults(smtp | {"INTAKE_SMTP_SECURITY": "none"})
    assert "INTAKE_SMTP_HOST" in faults(PRODUCTION | {"INTAKE_MAIL": "smtp"})


def test_several_faults_are_named_together() -> None:
    said = faults({"INTAKE_PORT": "eighty", "INTAKE_ENV": "staging", "INTAKE_MAIL": "pigeon"})
    assert all(name in said for name in ("INTAKE_PORT", "INTAKE_ENV", "INTAKE_MAIL", "INTAKE_BASE_URL"))


@pytest.mark.parametrize("url", ["sqlite:////srv/intake.db", "postgresql:///intake"])
def test_the_keys_may_not_lie_in_the_database_that_they_open(url: str) -> None:
    assert "INTAKE_KEYS_URL" in faults(PRODUCTION | {"INTAKE_DATABASE_URL": url, "INTAKE_KEYS_URL": url})


@pytest.mark.parametrize("typed", ["opinion.example.org/", "Opinion.Example.org", "opinion.example.org:443"])
def test_the_public_address_is_kept_as_browsers_say_it(typed: str) -> None:
    assert read_settings(PRODUCTION | {"INTAKE_BASE_URL": f"https://{typed}"}).base_url == "https://opinion.example.org"


def test_a_fault_does_not_repeat_what_was_set() -> None:
    assert "s3cret" not in faults(PRODUCTION | {"INTAKE_MAIL": "s3cret", "INTAKE_PORT": "s3cret"})


def test_development_needs_nothing_but_to_be_named() -> None:
    settings = read_settings({"INTAKE_ENV": "development"})
    assert settings.base_url == "http://localhost:8000"
    assert settings.mail == "folder"
    assert settings.bind == "127.0.0.1"


def test_one_setting_moves_the_whole_state(tmp_path: Path) -> None:
    settings = read_settings({"INTAKE_ENV": "development", "INTAKE_VAR": str(tmp_path)})
    places = (settings.key_ring, settings.vault, settings.site, settings.mail_folder)
    assert all(place.is_relative_to(tmp_path) for place in places)
    assert str(tmp_path) in settings.database_url
    assert str(tmp_path) in settings.keys_url


def test_each_place_can_be_moved_alone(tmp_path: Path) -> None:
    settings = read_settings(PRODUCTION | {"INTAKE_VAULT": str(tmp_path), "INTAKE_DATABASE_URL": "postgresql:///intake"})
    assert settings.vault == tmp_path
    assert settings.database_url == "postgresql:///intake"


def test_the_address_of_a_store_is_parted_from_its_options() -> None:
    url = "s3://bucket/some/folder?endpoint=https://store.example.org&region=eu-1&sse_kms_key_id=arn:x"
    settings = read_settings(PRODUCTION | {"INTAKE_VAULT_URL": url})
    options = {"endpoint": "https://store.example.org", "region": "eu-1", "sse_kms_key_id": "arn:x"}
    assert settings.vault_place == ("s3://bucket/some/folder", options)


def test_what_opens_a_store_is_read_by_its_own_names_and_shown_to_nobody() -> None:
    settings = read_settings(PRODUCTION | {"AWS_ACCESS_KEY_ID": "who", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_X": "y"})
    assert settings.vault_access == {"AWS_ACCESS_KEY_ID": "who", "AWS_SECRET_ACCESS_KEY": "s3cret"}
    assert "s3cret" not in repr(settings)


def test_values_become_what_they_are() -> None:
    given = {"INTAKE_PORT": " 9000 ", "INTAKE_RATE_LIMITS": "ON", "INTAKE_UPLOAD_MAX_BYTES": str(3 * GIB)}
    settings = read_settings(PRODUCTION | given)
    assert (settings.port, settings.rate_limits, settings.upload_max_bytes) == (9000, True, 3 * GIB)


def test_an_empty_value_is_as_good_as_none() -> None:
    assert read_settings(PRODUCTION | {"INTAKE_PORT": "  "}).port == Settings().port


def test_a_setting_is_named_after_its_field() -> None:
    assert environment_name("upload_link_days") == "INTAKE_UPLOAD_LINK_DAYS"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        read_settings(PRODUCTION).port = 1  # type: ignore[misc]


def test_the_host_is_what_browsers_send() -> None:
    assert read_settings({"INTAKE_ENV": "development", "INTAKE_PORT": "8123"}).host == "localhost:8123"
