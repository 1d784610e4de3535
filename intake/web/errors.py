"""The one table from what went wrong to a status, and the kind page or the short answer that says so."""

import logging
import secrets
import traceback
from pathlib import Path

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, SecurityError

from intake import errors
from intake.cases.ways_in import TRIES_PAUSE
from intake.web.lost import lost_page
from intake.web.pages import page, say
from intake.web.security import wait_seconds

STATUS: dict[type[errors.IntakeError], int] = {
    errors.IntakeError: 500,
    errors.SettingsIncomplete: 500,
    errors.OperatorFileBroken: 500,
    errors.SchemaOutdated: 500,
    errors.SiteBroken: 500,
    errors.ProcessEnded: 500,
    errors.KeyGone: 410,
    errors.SealBroken: 500,
    errors.LinkForged: 404,
    errors.LinkExpired: 410,
    errors.LinkReplaced: 410,
    errors.LinkWrongPlace: 404,
    errors.SessionMissing: 401,
    errors.CodeWrong: 422,
    errors.AddressMismatch: 403,
    errors.TooManyTries: 429,
    errors.NotYours: 404,
    errors.DraftGone: 410,
    errors.DraftIncomplete: 409,
    errors.CaseNotFound: 404,
    errors.MoveNotAllowed: 409,
    errors.AgreementMissing: 409,
    errors.CaseTaken: 409,
    errors.ReplyChanged: 409,
    errors.ReasonMissing: 422,
    errors.HelpersEnough: 409,
    errors.ConversationFull: 409,
    errors.UploadNotFound: 404,
    errors.UploadGone: 410,
    errors.UploadEmpty: 400,
    errors.NotAPhoto: 422,
    errors.UploadTooLarge: 413,
    errors.UploadOverrun: 413,
    errors.QuotaFull: 413,
    errors.SpaceShort: 507,
    errors.VaultAway: 503,
    errors.OffsetMismatch: 409,
    errors.UploadReplaced: 409,
    errors.UploadComplete: 409,
    errors.HeaderWrong: 400,
    errors.ProtocolUnsupported: 412,
    errors.MediaTypeWrong: 415,
    errors.UploadsBusy: 503,
    errors.RecordNotReady: 409,
    errors.LetterBroken: 500,
    errors.SenderLater: 503,
    errors.SenderNever: 500,
    errors.EventsForged: 403,
    errors.EventsUnreadable: 400,
    errors.PasskeyRefused: 403,
    errors.AccountClosed: 403,
    errors.LeadNeeded: 403,
    errors.NotForYourself: 409,
    errors.ProofNeeded: 403,
    errors.SignInRefused: 403,
    errors.CodeNotRight: 403,
    errors.PasswordUnfit: 422,
    errors.RequestForged: 403,
    errors.TooManyRequests: 429,
    errors.BodyTooLarge: 413,
}

# What the framework itself refuses, in our own words.
OF_THE_FRAMEWORK = {
    400: errors.N_("The request was not complete. Go back, reload the page and try again."),
    404: errors.NotYours.message,
    405: errors.N_("This page cannot be used in this way. Go back and use the buttons on the page."),
    413: errors.BodyTooLarge.message,
    416: errors.N_("The part of the file that was asked for is not there. Start the download again."),
    429: errors.TooManyRequests.message,
}

FOREIGN_HOST = errors.N_("This address is not ours. Open our page by its own address.")
RETRY_SECONDS = {429: 300, 503: 15, 507: 3600}
PAUSE_SECONDS = {errors.TooManyTries.code: int(TRIES_PAUSE.total_seconds())}
NEVER_KEPT = frozenset({"password", "new", "again", "proof_password"})  # nobody's password stands in a page
log = logging.getLogger("intake.web")


def register(app: Flask) -> None:
    """Answer every error of the family, of the framework, and the unforeseen."""
    app.register_error_handler(errors.IntakeError, answer)
    app.register_error_handler(HTTPException, answer_framework)
    app.register_error_handler(Exception, answer_unforeseen)


def answer(error: errors.IntakeError) -> Response:
    """The answer to an error of the family."""
    status = status_of(error)
    if status == 500:
        log.error("error", extra={"facts": {"event": "error", "code": error.code}})
    return _answer(status, error.code, say(error.message, **error.values))


def answer_framework(error: HTTPException) -> Response:
    """The answer to what the framework refuses; its own headers (Allow, Retry-After, Content-Range) stay."""
    status = error.code or 500
    if isinstance(error, SecurityError):  # asked for by a foreign host name: no page can be drawn for that
        return Response(say(FOREIGN_HOST), 400, mimetype="text/plain")
    if 300 <= status < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect of the router's
    lost = lost_page() if status == 404 and not wants_json() else None
    if lost:
        return lost
    sentence = say(OF_THE_FRAMEWORK.get(status, errors.IntakeError.message))
    waits = status == 429 and not wants_json()
    response = _wait_page() if waits else _answer(status, f"http_{status}", sentence)
    for name, value in error.get_response().headers.items():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def answer_unforeseen(error: Exception) -> Response:
    """The last resort: a number to tell us by, and nothing of what happened."""
    number = secrets.token_hex(4)
    facts = {"event": "unforeseen", "code": type(error).__name__, "number": number, "where": _where(error)}
    log.error("unforeseen", extra={"facts": facts})
    return _answer(500, "unforeseen", say(errors.IntakeError.message), number=number)


def status_of(error: errors.IntakeError) -> int:
    """The status of an error: its own, or that of the nearest class above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def _answer(status: int, code: str, sentence: str, number: str = "") -> Response:
    if wants_json():
        response = jsonify(code=code, message=sentence)
        response.status_code = status
    else:
        response = page("errors/page.html", status, status=status, code=code, sentence=sentence, number=number)
    return say_when(response, code)


def say_when(response: Response, code: str) -> Response:
    """The same answer, with the time after which another try makes sense, if it is of that kind."""
    status = response.status_code
    if status in RETRY_SECONDS:
        response.headers.setdefault("Retry-After", str(PAUSE_SECONDS.get(code, RETRY_SECONDS[status])))
    return response


def _wait_page() -> Response:
    """A limit was reached: when to try again, and everything that was typed, ready to be sent once more."""
    seconds = wait_seconds()
    plain = request.mimetype == "application/x-www-form-urlencoded"  # the body of a file is not read for this
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_KEPT] if plain else []
    here = request.full_path if request.query_string else request.path
    response = page("errors/wait.html", 429, minutes=-(-seconds // 60), kept=kept, action=here)
    response.headers["Retry-After"] = str(seconds)
    return response


def wants_json() -> bool:
    """Whether a program asks, not a person."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.path.startswith(("/uploads", "/api/", "/hooks/")) or best == "application/json"


def _where(error: Exception) -> str:
    # Where it happened, without its message: messages of libraries may hold what somebody typed.
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
