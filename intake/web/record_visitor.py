"""Who looks at the records of a case: through an upload link, through the case, or both.

An upload session sees only what this very browser sent; everything else needs the case session with the address typed.
"""

from dataclasses import dataclass

from intake.links.sessions import Role, Session
from intake.records.upload import Upload
from intake.web.cookies import missing
from intake.web.security import session_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks: for which case, through which sessions, and whether receipts of everything may be shown."""

    case_id: str
    sending: Session | None
    looking: Session | None

    @property
    def sees_all(self) -> bool:
        """Whether the e-mail address was typed."""
        return self.looking is not None and self.looking.address_checked

    @property
    def language(self) -> str | None:
        """The language that this browser reads, if it said so."""
        first = self.looking or self.sending
        return first.language if first else None

    def may_see(self, upload: Upload) -> bool:
        """Whether the name of this upload may be shown here."""
        mine = self.sending is not None and upload.session_id == self.sending.id
        return upload.case_id == self.case_id and (self.sees_all or mine)


def visitor_here() -> Visitor:
    """Raises SessionMissing unless this browser may send for a case, or look at one."""
    sending, looking = session_of(Role.UPLOAD), session_of(Role.CASE)
    if looking is not None and sending is not None and looking.subject != sending.subject:
        # Two cases in one browser: whoever typed the address sees that case, else the newest link counts.
        looking, sending = (looking, None) if looking.address_checked else (None, sending)
    first = looking or sending
    if first is None:
        raise missing(Role.UPLOAD)
    return Visitor(first.subject, sending, looking)
