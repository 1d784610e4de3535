"""What the verbs of a case need from the house beside a transaction. `Services` has this shape."""

from typing import Protocol

from intake.config import Settings
from intake.keys import KeyRing, KeyStore
from intake.languages import Languages
from intake.links.tokens import Tokens
from intake.mail.message import Letters
from intake.operator import Operator


class House(Protocol):
    """The tools that verbs of a case reach for. Made once at the start, never changed."""

    @property
    def settings(self) -> Settings: ...
    @property
    def operator(self) -> Operator: ...
    @property
    def ring(self) -> KeyRing: ...
    @property
    def keys(self) -> KeyStore: ...
    @property
    def languages(self) -> Languages: ...
    @property
    def letters(self) -> Letters: ...
    @property
    def tokens(self) -> Tokens: ...
