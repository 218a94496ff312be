"""Revisions as ETags, so that nobody overwrites what they have not seen."""

import re

from matcher.errors import StaleRevision

_ETAG = re.compile(r'"([a-z_]{1,64})-([0-9]{1,15})"', re.ASCII)


def etag(of: str, revision: int) -> str:
    """The ETag of a revision of something."""
    return f'"{of}-{revision}"'


def read_revision(if_match: str | None, *, of: str) -> int | None:
    """The revision an If-Match header names; `None` where there is no header.

    Raises StaleRevision for anything else, as it cannot be the ETag that was read: a weak tag, `*`, another's ETag.
    """
    if if_match is None:
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None or found[1] != of:
        raise StaleRevision("If-Match does not name the ETag that was read with this.")
    return int(found[2])
