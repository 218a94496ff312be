"""Invitations to answer a form, as signed links: nothing is stored, and nobody can make one or change one.

An invitation says whom it asks, which form, in which language and until when; the seal (HMAC-SHA-256 with a secret of
the installation) vouches for it. Who holds it may answer for that person, and nothing else. What it says can be read by
anyone who has it, so it carries no more than that.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from matcher.errors import Conflict, NotFound
from matcher.profiles.people import Who

PURPOSE = b"respondent\0"  # what the seal is about, lest another signature with the same secret pass for it
SEAL_BYTES = 32
LONGEST_TOKEN = 2048  # a subject's id has at most 128 characters, everything else is shorter


class BadInvitation(NotFound):
    """This link is none of ours, or was damaged on its way: ask for a new one."""

    code = "bad_invitation"


class InvitationExpired(Conflict):
    """This link is past its time: ask for a new one."""

    code = "invitation_expired"


class InvitationUsed(Conflict):
    """The form was answered by this link already; each link serves once."""

    code = "invitation_used"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a link asks, to answer what, from when until when, and who sent it; times are whole seconds."""

    id: str
    who: Who
    subject_id: str
    framework: str
    form: str
    language: str
    issued_at: datetime
    expires_at: datetime
    issued_by: str


def seal(invitation: Invitation, secret: bytes) -> str:
    """The invitation as a token of letters, digits, `-` and `_`, with one point in it."""
    return _sealed(_written(invitation), secret)


def unseal(token: str, secret: bytes) -> Invitation:
    """The invitation a token carries, whether or not it still counts. Raises BadInvitation."""
    said = _bytes(token.partition(".")[0]) if len(token) <= LONGEST_TOKEN and token.isascii() else b""
    # Compared as written: base64 can write the same bytes in several ways, and a link has one.
    if not said or not hmac.compare_digest(token, _sealed(said, secret)):
        raise BadInvitation
    return _read(said)


def _written(invitation: Invitation) -> bytes:
    times = (invitation.issued_at, invitation.expires_at)
    said = asdict(invitation) | {"issued_at": int(times[0].timestamp()), "expires_at": int(times[1].timestamp())}
    return json.dumps(list(said.values()), separators=(",", ":")).encode()


def _read(said: bytes) -> Invitation:
    names = [field.name for field in fields(Invitation)]
    told = dict(zip(names, json.loads(said), strict=True))
    times = {name: datetime.fromtimestamp(told[name], UTC) for name in ("issued_at", "expires_at")}
    return Invitation(**(told | times))


def _sealed(said: bytes, secret: bytes) -> str:
    return f"{_text(said)}.{_text(_signature(said, secret))}"


def _signature(said: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, PURPOSE + said, hashlib.sha256).digest()[:SEAL_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
