"""Secrets of the installation."""

from matcher.use_cases.ports import Store
from models.secrets import SECRET_BYTES, installation_secret
from tests.contracts.stored_things import NOW, later


def test_a_secret_is_random_and_stays(store: Store) -> None:
    """Cursors signed before a restart are good after it, and nobody can guess the key."""
    first = installation_secret(store, "cursor", now=NOW)
    again = installation_secret(store, "cursor", now=later(9))
    other = installation_secret(store, "other", now=NOW)

    assert again == first
    assert len(first) == len(other) == SECRET_BYTES
    assert first != other
