"""Cursors: where a list goes on, sealed so that only the same key on the same list with the same filters can use it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from matcher.errors import invalid

MAX_LIMIT = 500
DEFAULT_LIMIT = 50
_SEAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list, as one key sees it through its filters."""

    of: str
    filters: Mapping[str, object]
    key_id: str
    secret: bytes

    def after(self, last_id: str | None) -> str | None:
        """The cursor that goes on after that id; `None` at the end of the list."""
        if last_id is None:
            return None
        sealed = self._seal(last_id.encode()) + last_id.encode()
        return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")

    def read(self, cursor: str | None) -> str | None:
        """The id after which to go on. Raises InvalidInput `bad_cursor` for a cursor of another list, filter or key."""
        if cursor is None:
            return None
        try:
            last_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[_SEAL_BYTES:].decode()
        except ValueError:
            last_id = ""
        given_out = self.after(last_id) or ""  # compared as written: base64 can write the same bytes in several ways
        if not hmac.compare_digest(cursor.encode(), given_out.encode()):
            raise invalid("/cursor", "bad_cursor", "Take `next` of the page before, with the same filters and key.")
        return last_id

    def _seal(self, last_id: bytes) -> bytes:
        parts = [self.of, self.key_id, *(f"{name}={value}" for name, value in sorted(self.filters.items()))]
        bound_to = "\0".join(parts).encode() + b"\0\0" + last_id
        return hmac.new(self.secret, bound_to, hashlib.sha256).digest()[:_SEAL_BYTES]
