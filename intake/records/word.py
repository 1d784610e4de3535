"""What makes a Word document more than words: macros, things that start by themselves, a template from elsewhere.

Runs in the process apart.
"""

import re
from collections.abc import Iterable

from intake.records.members import Member

MOST_READ = 1024 * 1024
MACROS = re.compile(rb"vbaProject|macroEnabled", re.IGNORECASE)
PART = rb"<Relationship\b[^>]*\b(attachedTemplate|oleObject|frame|subDocument)\b[^>]*>"
FROM_ELSEWHERE = re.compile(PART, re.IGNORECASE)
EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External", re.IGNORECASE)


def trouble(members: Iterable[Member]) -> str | None:
    """ "macros", "active_content" (embedded programs, or parts fetched from elsewhere), or None. """
    found = None
    for member in members:
        name = member.name.lower()
        if name.endswith(("vbaproject.bin", "vbadata.xml")):
            return "macros"
        if name == "[content_types].xml" and MACROS.search(_text(member)):
            return "macros"
        if name.endswith(".rels") and any(EXTERNAL.search(each[0]) for each in FROM_ELSEWHERE.finditer(_text(member))):
            found = "active_content"
        if name.startswith(("word/embeddings/", "word/activex/")) and name.endswith(".bin"):
            found = "active_content"
    return found


def _text(member: Member) -> bytes:
    with member.open() as file:
        return file.read(MOST_READ)
