"""What operators do with accounts of the desk from the shell."""

import pytest

from intake import commands
from intake.desk import coordinators
from intake.desk.coordinators import DeskRole, State
from intake.errors import NobodyThere
from intake.links import sessions
from intake.links.sessions import Role

EMAIL = "ines@clinic.example"


@pytest.fixture
def ines(services):
    commands.invite(services, "Ines Probefall", EMAIL, "en")
    return account(services)


def account(services):
    with services.database.read() as tx:
        return coordinators.with_address(tx, services.keys, services.ring, EMAIL)


def test_the_first_lead_is_invited_from_the_shell(services) -> None:
    commands.invite(services, "Lea Probefall", EMAIL, "en", lead=True)
    assert account(services).role is DeskRole.LEAD


def test_inviting_somebody_again_keeps_the_role(services, ines) -> None:
    commands.invite(services, "Ines Probefall", EMAIL, "en", lead=True)
    assert account(services).role is DeskRole.COORDINATOR


def test_somebody_is_made_a_lead_and_a_coordinator_again(services, ines) -> None:
    for role in DeskRole:
        commands.change_coordinator(services, role.value, f" {EMAIL.upper()} ")
        assert account(services).role is role


def test_whoever_has_the_shell_invites_without_a_code_also_after_a_reset(services, ines) -> None:
    with services.database.transaction() as tx:
        coordinators.ask_for_code(tx, ines.id, "the hash of a code")
    commands.invite(services, "Ines Probefall", EMAIL, "en")
    with services.database.read() as tx:
        assert coordinators.code_asked(tx, ines.id) is None


def test_somebody_is_signed_out_everywhere(services, ines, now) -> None:
    with services.database.transaction() as tx:
        secret = sessions.start(tx, Role.DESK, ines.id, now)
    assert commands.change_coordinator(services, "sign-out", EMAIL) == 1
    with services.database.read() as tx:
        assert sessions.read(tx, Role.DESK, secret, now) is None


def test_an_account_is_closed_and_its_address_is_free(services, ines) -> None:
    assert commands.change_coordinator(services, "close", EMAIL) == 0
    with services.database.read() as tx:
        assert coordinators.get(tx, services.keys, ines.id).state is State.CLOSED
    with pytest.raises(NobodyThere, match="No open account"):
        commands.change_coordinator(services, "close", EMAIL)


def test_the_shell_says_what_became_of_it(live_server) -> None:
    live_server.run("invite", "Lea Probefall", EMAIL, "--lead")
    told = {what: live_server.run("coordinator", what, EMAIL).stdout.strip() for what in ("coordinator", "sign-out")}
    assert told == {"coordinator": "It is the account of a coordinator now.", "sign-out": "Ended 0 sessions."}
    nobody = live_server.run("coordinator", "close", "nobody@clinic.example")
    assert nobody.returncode == 1 and "No open account" in nobody.stderr and "Traceback" not in nobody.stderr
