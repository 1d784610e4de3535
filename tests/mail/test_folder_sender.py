"""The folder gets whole letters that only we may read, and gives them back as a mail program would show them."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from intake.mail.envelope import Letterhead
from intake.mail.folder_sender import FolderSender, found_letter, found_letters
from intake.mail.message import Message

LETTERHEAD = Letterhead("intake@example.org", "Second Opinion, Foundation", "desk@example.org")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "mailbox"


def test_a_letter_is_a_whole_file_for_its_owner_only(folder: Path, message: Message) -> None:
    name = FolderSender(folder, LETTERHEAD).send(message, "-letter_1")
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_its_headers_are_constants_and_addresses(folder: Path, message: Message) -> None:
    name = FolderSender(folder, LETTERHEAD).send(message, "-letter_1")
    mail = message_from_bytes((folder / name).read_bytes(), policy=default)
    assert mail["From"] == '"Second Opinion, Foundation" <intake@example.org>'
    assert mail["To"] == message.to
    assert mail["Reply-To"] == "desk@example.org"
    assert mail["Subject"] == message.subject
    assert mail["Message-ID"] == "<-letter_1@example.org>"
    assert mail["X-Letter-Id"] == "-letter_1"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_letter_comes_back_as_it_was_sent(folder: Path, message: Message) -> None:
    name = FolderSender(folder, LETTERHEAD).send(message, "letter")
    found = found_letter(folder, name)
    assert found is not None
    assert (found.to, found.subject, found.html) == (message.to, message.subject, message.html)
    assert found.text == message.text
    assert all(link in message.text for link in found.links)
    assert len(found.links) == 2


def test_letters_come_back_newest_first(folder: Path, message: Message) -> None:
    sender = FolderSender(folder, LETTERHEAD)
    names = [sender.send(message, f"letter-{number}") for number in range(3)]
    assert [letter.name for letter in found_letters(folder)] == names[::-1]


def test_a_folder_that_is_not_there_is_empty(folder: Path) -> None:
    assert found_letters(folder) == []


@pytest.mark.parametrize("name", ["../secret.eml", "secret.eml", ".hidden.eml", "20260310T093000000000Z-gone.eml", ""])
def test_a_name_that_is_not_ours_finds_nothing(folder: Path, name: str) -> None:
    folder.mkdir()
    for place in (folder, folder.parent):
        (place / "secret.eml").write_text("Subject: secret\n\nsecret")
    assert found_letter(folder, name) is None


def test_an_address_in_another_script_is_written_as_it_is(folder: Path, message: Message) -> None:
    reader = "قارئ@example.org"
    own = Message(message.letter, message.language, reader, message.subject, message.text, message.html)
    found = found_letter(folder, FolderSender(folder, LETTERHEAD).send(own, "letter"))
    assert found is not None
    assert found.to == reader
