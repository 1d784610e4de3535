"""Every error of the family has a status and is told to people as a page and to programs as JSON, in the same words."""

from html import unescape

import pytest
from flask import Flask

from intake import errors
from intake.errors import IntakeError
from intake.web.errors import RETRY_SECONDS, STATUS
from tests.test_errors import FAMILY
from tests.visitor import Visitor

VALUES = {"limit": "20 GB", "header": "Upload-Length", "offset": 7, "left": 3, "step": "who", "most": 5}
ABOUT_STARTING = (
    errors.SettingsIncomplete, errors.OperatorFileBroken, errors.KnowledgeBroken, errors.SchemaOutdated,
    errors.SiteBroken, errors.DemoRefused, errors.ScannerDown, errors.ScannerMissing,
    errors.NobodyThere, errors.SlugUnfit, errors.PartnerKnown,
)  # fmt: skip
MET_BY_VISITORS = [each for each in FAMILY if not issubclass(each, ABOUT_STARTING)]


def raising(app: Flask, base_url: str, error: IntakeError) -> Visitor:
    """A visitor of an application that answers /breaks with this error."""

    def breaks() -> str:
        raise error

    app.add_url_rule("/breaks", "breaks", breaks)
    visitor = app.test_client()
    visitor.base_url = base_url
    return visitor


@pytest.mark.parametrize("kind", MET_BY_VISITORS, ids=lambda each: each.__name__)
def test_an_error_is_told_kindly_with_its_own_status(app, settings, kind: type[IntakeError]) -> None:
    visitor = raising(app, settings.base_url, kind(**VALUES))
    status = next(STATUS[each] for each in kind.__mro__ if each in STATUS)
    sentence = kind.message % VALUES
    page = visitor.get("/breaks", headers={"Accept": "text/html"})
    assert page.status_code == status >= 400
    assert sentence in unescape(page.text) and "emergency" in page.text
    assert f"{status}" in page.text and "Traceback" not in page.text
    told = visitor.get("/breaks", headers={"Accept": "application/json"})
    assert (told.status_code, told.json) == (status, {"code": kind.code, "message": sentence})
    assert ("Retry-After" in told.headers) == (status in RETRY_SECONDS)


def test_every_error_that_a_visitor_can_meet_has_a_status_on_purpose() -> None:
    on_purpose = {*STATUS} - {IntakeError}
    assert [each.__name__ for each in MET_BY_VISITORS if not on_purpose.intersection(each.__mro__)] == []
