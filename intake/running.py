"""Everything at once on one machine, for development and a first look: set up, serve, work, and stop together."""

import signal
import subprocess
import sys

from intake import commands
from intake.config import Settings
from intake.errors import ProcessEnded, SettingsIncomplete
from intake.jobs.worker import Worker, stop_on_signals
from intake.knowledge.reader import read_knowledge
from intake.operator import read_operator
from intake.services import Services, make_services
from intake.site.build import build_site, needs_building

FIRST_COORDINATOR = ("First coordinator", "coordinator@example.org", "en")
STOP_SECONDS = 20


def set_up(settings: Settings) -> Services:
    """Keys, databases and site, made if they are not there; harmless to do again."""
    commands.make_keys(settings)
    commands.migrate(settings)
    make_site(settings)
    return make_services(settings)


def make_site(settings: Settings) -> None:
    """Build the guidance site if anything that it is made from has changed since."""
    made_from = (read_operator(settings.operator_file), read_knowledge(), settings.site, settings.templates.parent)
    if needs_building(*made_from, address=settings.base_url):
        build_site(*made_from, address=settings.base_url)


def run(settings: Settings) -> None:
    """Set up, start web and worker as processes of their own, say where to look, and end all on Ctrl-C."""
    if not settings.in_development:
        raise SettingsIncomplete(["INTAKE_ENV: `run` is for development; in production run `serve` and `work`"])
    services = set_up(settings)
    say_where(services)
    services.close()
    stop = stop_on_signals()
    processes = [_start("serve"), _start("work")]
    try:
        while not stop.wait(0.5) and all(process.poll() is None for process in processes):
            pass
    finally:
        _end(processes)
    if not stop.is_set():
        raise ProcessEnded


def work(settings: Settings) -> None:
    """Do jobs until a signal asks to stop; the job at hand is finished first."""
    services = make_services(settings)
    commands.need_ready(services)
    commands.need_vault(services)
    Worker(services).run_until_stopped(stop_on_signals())
    services.close()


def say_where(services: Services) -> None:
    """Print where to look, and an invite link for a first coordinator while there is none."""
    base = services.settings.base_url
    places = [("Guidance", "/"), ("Request", "/request/en/"), ("Desk", "/desk/"), ("Mailbox", "/dev/mailbox")]
    print("\nThe service is starting. Press Ctrl-C to end it.\n")
    for name, path in places:
        print(f"  {name:<10}{base}{path}")
    if not commands.anybody_enrolled(services):
        link = commands.invite(services, *FIRST_COORDINATOR, lead=True)
        print(f"\n  Invite for a first coordinator (works once, 24 hours):\n  {link}\n")
    sys.stdout.flush()


def _start(command: str) -> subprocess.Popen[bytes]:
    # In a session of its own, so that Ctrl-C reaches only this process and the end is in our hands.
    return subprocess.Popen([sys.executable, "-m", "intake.cli", command], start_new_session=True)  # noqa: S603


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
