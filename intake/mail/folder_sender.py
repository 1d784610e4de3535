"""Letters put into a folder instead of sent, for development, and read back for the development mailbox."""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from intake.clock import now
from intake.mail.envelope import Letterhead, as_email
from intake.mail.message import Message

_NAME = re.compile(r"\d{8}T\d{12}Z-[A-Za-z0-9_-]{1,64}\.eml")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class FoundLetter:
    """A letter of the folder, as a mail program would show it. `links` are those of its text, in order."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderSender:
    """Writes each letter as a file that only this account may read. Sends nothing to anybody."""

    folder: Path
    letterhead: Letterhead
    tells_delivery: bool = False

    def send(self, message: Message, letter_id: str) -> str:
        """Write the letter, whole or not at all; returns the name of its file."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        moment = now()
        mail = as_email(message, letter_id, self.letterhead, moment)
        name = f"{moment:%Y%m%dT%H%M%S%f}Z-{letter_id}.eml"
        unfinished = self.folder / f".{name}.part"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(mail.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / name)
        return name


def found_letters(folder: Path) -> list[FoundLetter]:
    """Every letter of the folder, newest first."""
    names = sorted((path.name for path in folder.glob("*.eml")), reverse=True)
    return [letter for name in names if (letter := found_letter(folder, name)) is not None]


def found_letter(folder: Path, name: str) -> FoundLetter | None:
    """One letter by the name of its file, or None. A name that we never give finds nothing, whatever lies there."""
    path = folder / name
    if _NAME.fullmatch(name) is None or not path.is_file():
        return None
    mail = message_from_bytes(path.read_bytes(), policy=default)
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    text, html = (part.get_content().replace("\r\n", "\n") if part else "" for part in (plain, rich))
    links = tuple(dict.fromkeys(_LINK.findall(text)))
    return FoundLetter(name, str(mail["To"]), str(mail["Subject"]), mail["Date"].datetime, text, html, links)
