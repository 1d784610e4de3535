"""The page that the specialist will read, before anything is sent: drawn from the draft, changed by nothing."""

from flask import Blueprint, Response, request

from intake.forms.journey import may_visit
from intake.forms.specialist_page import preview
from intake.web.drafting import context, draw, here, read_mine

blueprint = Blueprint("preview", __name__)


@blueprint.get("/<code>/preview")
def show() -> Response:
    """The page as it stands now, with the way back to where the visitor came from."""
    answers, known = read_mine().answers, context()
    came_from = request.args.get("back", "")
    back = here(came_from if may_visit(came_from, answers, known) else "continue")
    return draw("request/preview.html", step="preview", page=preview(answers, known), back=back)
