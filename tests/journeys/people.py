"""The people of the journeys, at a real browser: what they read, press, fill in and look for in their mail.

Every word they type is planted, so that a test can look for it where it must not be.
"""

import email.message
import hashlib
import io
import os
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from intake import demo

ADDRESS = "zelda.planted@example.org"
NEW_ADDRESS = "zelda.again@example.org"
NAME = "Zelda Plantedname"
HEALTH = "plantedsyndrome"

# What must never be seen in a letter, a line of the logs or an address.
PLANTED = (NAME, "Plantedname", HEALTH, "Plantedhospital", "plantedscan", "plantedletter")

TYPED: dict[str, list[tuple[str, str]]] = demo.TYPED | {
    "patient": [
        ("full_name", NAME), ("born-day", "27"), ("born-month", "3"), ("born-year", "1968"), ("country", "PT"),
    ],
    "reach-you": [("email", ADDRESS), ("best_way", "email"), ("tongues", "en"), ("interpreter", "no")],
    "condition": [
        ("specialty", "bones-spine"), ("told", f"They call it {HEALTH}, found at Plantedhospital."),
        ("told_when-year", "2025"),
    ],
    "timing": [("in_hospital", "no"), ("planned", "yes"), ("plan", f"An operation for {HEALTH}.")],
    "treatment": [("so_far", f"Exercises against the {HEALTH}.")],
    "frame": [("about_me", f"I sit all day, with {HEALTH}."), ("what_matters", f"To live with {HEALTH}.")],
    "questions": [("first", f"Is an operation for {HEALTH} better than three more months of exercises?")],
    "what-matters": [("worries", f"That {HEALTH} gets worse."), ("risk", "some")],
}  # fmt: skip


def fill(page: Page, typed: list[tuple[str, str]]) -> None:
    """Type, choose and tick on the page that is open, by the names of its inputs."""
    for name, value in typed:
        box = page.locator(f'[name="{name}"]')
        kind = box.first.get_attribute("type")
        if kind == "radio" or (kind == "checkbox" and value != "yes"):
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            box.check()
        elif box.evaluate("element => element.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)


def step_of(page: Page) -> str:
    """Which page of the request is open."""
    return page.url.rsplit("/", 1)[1].split("?")[0].split("#")[0]


def start(page: Page) -> None:
    """On the start page: begin, and say that nothing is happening now that cannot wait."""
    page.get_by_role("main").get_by_role("button", name="Start now").click()
    page.get_by_role("main").get_by_role("button", name="No, none of these").click()


def fill_until(page: Page, last: str, typed: dict[str, list[tuple[str, str]]] | None = None) -> None:
    """Fill page after page until `last` is open."""
    for _ in range(30):
        if (step := step_of(page)) == last:
            return
        fill(page, (typed or TYPED).get(step, []))
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(lambda address, here=step: not address.split("?")[0].endswith(f"/{here}"))
    raise AssertionError(f"never came to {last}")


def link_in(letter: email.message.EmailMessage, purpose: str) -> str:
    """The link of a purpose in a letter's text."""
    text = letter.get_body(("plain",)).get_content()
    found = re.search(rf"https?://\S+/l/{purpose}\.\S+", text)
    assert found, f"no {purpose} link in: {letter['Subject']}"
    return found.group()


def whole_text(letter: email.message.EmailMessage) -> str:
    """Headers, text and HTML of a letter, decoded."""
    parts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in letter.items()), *parts])


def a_pdf(folder: Path) -> Path:
    """A small PDF with planted words in name and text."""
    path = folder / "plantedletter.pdf"
    body = f"%PDF-1.4\n1 0 obj<</Title({HEALTH})>>endobj\ntrailer<</Info 1 0 R>>\n%%EOF\n"
    path.write_bytes(body.encode() + os.urandom(200_000))
    return path


def a_study(folder: Path, megabytes: int) -> Path:
    """A zip as it comes from a hospital's disc: a CT series of so many megabytes, with noise for pictures."""
    path = folder / "plantedscan.zip"
    study, series = generate_uid(), generate_uid()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as disc:
        for number in range(1, megabytes * 2 + 1):
            disc.writestr(f"DICOM/ST000001/SE000001/IM{number:06}", _slice(study, series, number))
        disc.writestr("README.TXT", "Synthetic study. Nobody's.")
    return path


def _slice(study: str, series: str, number: int) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    made.PatientName, made.PatientID, made.Modality = NAME, "SYNTHETIC", "CT"
    made.StudyInstanceUID, made.SeriesInstanceUID, made.InstanceNumber = study, series, number
    made.Rows = made.Columns = 512
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 16, 15, 0
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.PixelData = os.urandom(512 * 512 * 2)
    written = io.BytesIO()
    made.save_as(written, enforce_file_format=True)
    return written.getvalue()


def sha256(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def see(page: Page, words: str) -> None:
    """These words are on the page, or come soon."""
    expect(page.get_by_text(words).first).to_be_visible()
