"""Keys: how they are made, how they are read, and whether a request carries a good one."""

import hashlib
import hmac
import re
import secrets
import string
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.errors import TooManyRequests, Unauthenticated
from api.schemas.text import ID_SENTENCE, IDENTIFIER
from matcher.errors import invalid
from matcher.use_cases.ports import ApiKey, Store

ROLES = ("router", "employee", "hr", "operations", "analyst", "auditor", "admin")

ID_LENGTH = 12
SECRET_LENGTH = 43  # of 62 characters: 256 bits
CHECK_LENGTH = 6
LIFETIME = timedelta(days=365)

CACHE_S = 1.0  # a revoked key or a changed role is noticed within this time
MAX_FAILURES = 10
FAILURE_WINDOW_S = 60.0
_MAX_REMEMBERED = 10_000

_ALPHABET = string.digits + string.ascii_letters
_TOKEN = re.compile(
    rf"klik_([A-Za-z0-9]{{{ID_LENGTH}}})_([A-Za-z0-9]{{{SECRET_LENGTH}}})([A-Za-z0-9]{{{CHECK_LENGTH}}})"
)
_NO_SECRET = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a token says: which key, and the proof."""

    key_id: str
    secret: str


def new_key(
    role: str, *, now: datetime, person_id: str | None = None, lifetime: timedelta = LIFETIME
) -> tuple[ApiKey, str]:
    """A key to store and its token to show once. `person_id` is the employee an employee's key belongs to.

    Raises InvalidInput for a role nobody knows, and for a person who is missing, too many or no id.
    """
    if role not in ROLES:
        raise invalid("/role", "unknown_role", f"There is no such role; the roles are {', '.join(ROLES)}.")
    if (role == "employee") != (person_id is not None):
        raise invalid(
            "/person_id", "person_and_role", "A key with the role employee, and no other, names its employee."
        )
    if person_id is not None and IDENTIFIER.fullmatch(person_id) is None:
        raise invalid("/person_id", "invalid_id", ID_SENTENCE)
    key_id, secret = _random(ID_LENGTH), _random(SECRET_LENGTH)
    key = ApiKey(key_id, secret_digest(secret), role, person_id, now, now + lifetime)
    return key, f"klik_{key_id}_{secret}{_check(key_id, secret)}"


def parse_token(token: str) -> Credentials | None:
    """What `token` says, or `None` when it cannot be a token (wrong form or wrong check characters)."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    key_id, secret, check = found.groups()
    return Credentials(key_id, secret) if check == _check(key_id, secret) else None


def holds_token(text: str) -> bool:
    """Whether something in `text` looks like a token, as when one was put in a URL."""
    return "klik_" in text and _TOKEN.search(text) is not None


def secret_digest(secret: str) -> str:
    """SHA-256 (hex) of a secret: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


@dataclass(slots=True)
class Keyring:
    """Reads tokens against the stored keys, remembering each key for at most a second."""

    store: Store
    now: Callable[[], datetime]
    clock_s: Callable[[], float] = time.monotonic
    remembered: OrderedDict[str, tuple[float, ApiKey]] = field(default_factory=OrderedDict)
    failures: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def key_for(self, authorization: str | None, *, address: str) -> ApiKey:
        """The key a request came with.

        Raises Unauthenticated when there is none or it is no good, TooManyRequests at the eleventh bad one a minute
        from the same address. A good key is let in all the same, so that nobody can lock out their neighbours.
        """
        credentials = _credentials(authorization)
        key = None if credentials is None else self._good(credentials)
        if key is not None:
            return key
        if authorization is not None:
            self._note_failure(address)
        raise Unauthenticated

    def _good(self, credentials: Credentials) -> ApiKey | None:
        """The key, if the secret is its secret and it still counts; unknown ids cost the same work."""
        key = self._stored(credentials.key_id)
        expected = _NO_SECRET if key is None else key.secret_sha256
        matches = hmac.compare_digest(secret_digest(credentials.secret), expected)
        if key is None or not matches or key.revoked_at is not None or key.expires_at <= self.now():
            return None
        return key

    def _stored(self, key_id: str) -> ApiKey | None:
        found = self.remembered.get(key_id)
        if found is not None and self.clock_s() < found[0]:
            return found[1]
        with self.store.reading() as records:
            key = records.keys.get(key_id)
        if key is None:
            self.remembered.pop(key_id, None)
        else:
            self.remembered[key_id] = (self.clock_s() + CACHE_S, key)
            _forget_oldest(self.remembered)
        return key

    def _note_failure(self, address: str) -> None:
        moment = self.clock_s()
        recent = self.failures.setdefault(address, deque(maxlen=MAX_FAILURES))
        is_one_too_many = len(recent) == MAX_FAILURES and moment - recent[0] < FAILURE_WINDOW_S
        if is_one_too_many:
            wait_s = int(FAILURE_WINDOW_S - (moment - recent[0])) + 1
            raise TooManyRequests("Too many bad keys from this address.", retry_after_s=wait_s)
        recent.append(moment)
        _forget_oldest(self.failures)


def _credentials(authorization: str | None) -> Credentials | None:
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    return parse_token(token.strip()) if scheme.lower() == "bearer" else None


def _forget_oldest(
    remembered: "OrderedDict[str, object] | OrderedDict[str, tuple[float, ApiKey]] | OrderedDict[str, deque[float]]",
) -> None:
    while len(remembered) > _MAX_REMEMBERED:
        remembered.popitem(last=False)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _check(key_id: str, secret: str) -> str:
    """Six characters over the rest, so that a mistyped or made-up token costs no look-up."""
    number = zlib.crc32(f"{key_id}_{secret}".encode("ascii"))
    digits = ""
    for _ in range(CHECK_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
