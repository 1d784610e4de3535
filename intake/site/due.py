"""Lists the pages whose next review is past: `python -m intake.site.due`. It ends with 1 when there are any."""

import sys
from datetime import date
from pathlib import Path

from mkdocs.utils.meta import get_data

from intake.clock import now
from intake.site.editions import offered, page_names


def pages_due(source: Path, today: date) -> list[tuple[date, str]]:
    """Pages of every language that is offered whose next review is before today, the longest overdue first."""
    dates = []
    for edition in offered(source):
        for name in page_names(source / edition.pages):
            front = get_data((source / edition.pages / name).read_text(encoding="utf-8"))[1]
            dates.append((front.get("next_review", date.min), f"{edition.pages}/{name}"))
    return sorted((when, name) for when, name in dates if when < today)


def main() -> int:
    """Write a line for each page that is due."""
    due = pages_due(Path.cwd(), now().date())
    sys.stdout.writelines(f"{when}  {name}\n" for when, name in due)
    return 1 if due else 0


if __name__ == "__main__":
    sys.exit(main())
