"""The plain form with files, read while it arrives: they go sealed into the vault, never to a plain temporary file.

The signature of the form must come before its first file; nothing is taken from a form that is not signed.
"""

from collections.abc import Callable, Iterator

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from intake.errors import BodyTooLarge, HeaderWrong, RequestForged
from intake.records.line import Line
from intake.records.names import clean_name
from intake.records.staging import Staged
from intake.records.vault import Vault

MOST_PARTS = 100
LONGEST_FIELD = 4096
LONGEST_BUFFER = 2 * 1024 * 1024  # of the decoder, which holds one piece of the line and what waits for the next
TOKEN_FIELD = "csrf_token"  # noqa: S105  # the name of a field
# A form that is too large is read to its end up to this many times the limit, so that the browser shows our answer.
PATIENCE = 10


class FileForm:
    """One posted form. Iterate over it for its files; each must be read and discarded before the next is asked for."""

    def __init__(
        self, content_type: str, line: Line, vault: Vault, longest: int, signed: Callable[[str], bool]
    ) -> None:
        media_type, options = parse_options_header(content_type)
        if media_type != "multipart/form-data" or not options.get("boundary"):
            raise HeaderWrong(header="Content-Type")
        boundary = options["boundary"].encode("latin-1", "replace")
        self._decoder = MultipartDecoder(boundary, LONGEST_BUFFER, max_parts=MOST_PARTS)
        self._line = line
        self._vault = vault
        self._longest = longest
        self._signed = signed
        self._is_signed = False

    def __iter__(self) -> Iterator[Staged]:
        """The files, one after the other. Raises RequestForged, BodyTooLarge, HeaderWrong."""
        open_file: Staged | None = None
        try:
            for event in self._events():
                if isinstance(event, File):
                    open_file = self._begin_file(event)
                elif isinstance(event, Data) and open_file is not None:
                    open_file.write(event.data)
                    if not event.more_data:
                        open_file.finish()  # until this is done it is ours to discard
                        finished, open_file = open_file, None
                        yield finished
        finally:
            if open_file is not None:
                open_file.discard()

    def _begin_file(self, event: File) -> Staged | None:
        if not self._is_signed:
            raise RequestForged
        # A field in which nothing was chosen comes as a file without a name.
        return Staged(self._vault, clean_name(event.filename)) if event.filename else None

    def _events(self) -> Iterator[Event]:
        """What the decoder finds; fields are read here, so that the signature is known before the first file."""
        field, value = "", b""
        pieces = self._pieces()
        while True:
            event = self._next(pieces)
            if isinstance(event, Epilogue):
                return
            if isinstance(event, Field):
                field, value = event.name, b""
            elif isinstance(event, Data) and field:
                value += event.data
                if len(value) > LONGEST_FIELD:
                    raise BodyTooLarge
                if not event.more_data:
                    self._take_field(field, value)
                    field = ""
            else:
                yield event

    def _next(self, pieces: Iterator[bytes | None]) -> Event:
        try:
            while isinstance(event := self._decoder.next_event(), NeedData):
                self._decoder.receive_data(next(pieces))
        except RequestEntityTooLarge as error:
            raise BodyTooLarge from error
        except (ValueError, StopIteration) as error:  # cut, or not a form at all
            raise HeaderWrong(header="Content-Type") from error
        return event

    def _take_field(self, name: str, value: bytes) -> None:
        if name == TOKEN_FIELD:
            self._is_signed = self._signed(value.decode("utf-8", "replace"))

    def _pieces(self) -> Iterator[bytes | None]:
        taken = 0
        pieces = iter(self._line)
        for piece in pieces:
            taken += len(piece)
            if taken > self._longest:
                self._listen_on(pieces, taken)
                raise BodyTooLarge
            yield piece
        yield None

    def _listen_on(self, pieces: Iterator[bytes], taken: int) -> None:
        for piece in pieces:
            taken += len(piece)
            if taken > self._longest * PATIENCE:
                return
