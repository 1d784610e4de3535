"""What a case goes on without, for whichever page or file shows it, in the language of whoever reads."""

from intake.cases import store
from intake.cases.case import Case
from intake.db import Tx
from intake.forms.gaps import Gaps, gaps_of
from intake.languages import N_
from intake.web.cookies import services
from intake.web.described_records import spoken_context
from intake.web.pages import say


def read_gaps(tx: Tx, case: Case) -> Gaps | None:
    """The gaps of a case in the language of this page; None where nothing is missing. Raises KeyGone."""
    languages = services().languages
    tongues = [languages.gettext(code) for code in languages.offered]
    return gaps_of(store.read_gaps(tx, services().keys, case), spoken_context(), tongues)


def as_lines(gaps: Gaps | None) -> list[str]:
    """The same as lines of a plain file; none where nothing is missing."""
    if gaps is None:
        return []
    titles = [f"- {title}" for title, _ in gaps.missing]
    without = [say(N_("The case went on without these records:")), *titles, ""] if titles else []
    return [*without, say(N_("What this opinion cannot say")), *gaps.words.splitlines()]
