"""The secret that seals the links by which people answer forms."""

import secrets

from flask import current_app

from api.reach import klik

PURPOSE = "respondent"
_KEPT = "klik-respondent-secret"


def respondent_secret() -> bytes:
    """The installation's secret for such links, the same in every process; made when the first link is."""
    extensions = current_app.extensions
    if _KEPT not in extensions:
        extensions[_KEPT] = klik().store.kept_secret(PURPOSE, secrets.token_bytes(32), now=klik().now())
    kept: bytes = extensions[_KEPT]
    return kept
