"""Operator commands as an operator types them, each a process of its own."""

import re

import pytest
from sqlalchemy import text


def test_a_new_place_is_set_up_by_three_commands_and_again_harmlessly(start_server, tmp_path) -> None:
    server = start_server()
    var = tmp_path / "fresh"
    server.env = server.env | {"INTAKE_VAR": str(var), "INTAKE_DATABASE_URL": ""}
    for _ in range(2):
        assert server.run("keys").returncode == server.run("migrate").returncode == 0
    assert oct((var / "key-ring.json").stat().st_mode & 0o777) == "0o600"
    assert oct((var / "intake.db").stat().st_mode & 0o777) == "0o600"
    assert server.run("journal", "verify").stdout.strip() == "The journal holds."


def test_serving_an_old_schema_is_refused_with_the_command_that_helps(start_server, tmp_path) -> None:
    server = start_server()
    server.env = server.env | {"INTAKE_VAR": str(tmp_path / "bare"), "INTAKE_DATABASE_URL": ""}
    assert server.run("keys").returncode == 0
    for command in ("serve", "work"):
        refused = server.run(command)
        assert refused.returncode == 1 and "intake migrate" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_an_invitation_is_printed_and_mailed(live_server) -> None:
    said = live_server.run("invite", "Ines Probefall", "ines@clinic.example")
    assert said.returncode == 0
    assert re.fullmatch(rf"{live_server.base_url}/l/invite\.\S+", said.stdout.strip())


def test_a_broken_journal_is_named_by_line(live_server, services) -> None:
    live_server.run("invite", "Ines Probefall", "ines@clinic.example")
    live_server.stop()
    with services.database.transaction() as tx:
        tx.execute(text("UPDATE journal SET event = 'purged' WHERE number = 1"))
    broken = live_server.run("journal", "verify")
    assert broken.returncode == 1 and "line 1" in broken.stderr


def test_purging_says_how_much_went(live_server) -> None:
    assert live_server.run("replay-mail", "--overdue").stdout.strip() == "0 letters are tried again by the worker."
    assert live_server.run("purge").stdout.strip() == "Forgot 0 drafts, 0 cases and 0 letters that belong to no case."


def test_production_names_everything_that_is_missing_at_once(live_server) -> None:
    live_server.env = {"INTAKE_VAR": live_server.env["INTAKE_VAR"]}
    refused = live_server.run("serve")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    for name in ("INTAKE_BASE_URL", "INTAKE_MAIL", "INTAKE_MAIL_FROM", "INTAKE_MAIL_REPLY_TO"):
        assert name in refused.stderr


@pytest.mark.parametrize("command", [["nonsense"], []])
def test_an_unknown_command_is_answered_with_what_there_is(live_server, command: list[str]) -> None:
    answer = live_server.run(*command)
    assert answer.returncode == 2 and "usage: intake" in answer.stderr


def test_a_partner_is_registered_and_its_months_are_told(live_server) -> None:
    made = live_server.run("partner", "add", "lung-charity", "Lung Charity")
    assert made.returncode == 0 and "?via=lung-charity" in made.stdout
    again = live_server.run("partner", "add", "lung-charity", "Lung Charity")
    assert again.returncode == 1 and "Choose another one." in again.stderr and "Traceback" not in again.stderr
    told = live_server.run("partner", "report", "--months", "2").stdout.splitlines()
    assert told[0].split("\t")[:2] == ["partner", "month"]
    assert [line.split("\t")[2:] for line in told[1:]] == [["too few"] * 4] * 2
