"""What whoever remembers API keys promises."""

from dataclasses import replace

import pytest

from matcher.errors import Conflict
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import a_key, later


def test_a_key_comes_back_as_added(store: Store) -> None:
    """Role and end of a key decide what its bearer may do."""
    keys = [a_key("k2", created_at=later(1)), a_key("k1", role="employee", person_id="e-1", created_at=later(2))]
    with store.writing() as records:
        for key in keys:
            records.keys.add(key)

    with store.reading() as records:
        assert records.keys.get("k1") == keys[1]
        assert records.keys.get("k3") is None
        assert records.keys.all() == keys


def test_a_revoked_key_says_since_when(store: Store) -> None:
    """Revocation is at once and for good: a later call does not move the moment."""
    with store.writing() as records:
        records.keys.add(a_key())
        found = records.keys.revoke("k1", now=later(5))
        again = records.keys.revoke("k1", now=later(9))
        strange = records.keys.revoke("k404", now=later(5))

    with store.reading() as records:
        assert (found, again, strange) == (True, True, False)
        assert records.keys.get("k1") == replace(a_key(), revoked_at=later(5))


def test_a_key_id_is_taken_once(store: Store) -> None:
    """A second key under the id would lock the first one's bearer out."""

    def add_again() -> None:
        with store.writing() as records:
            records.keys.add(a_key(role="admin"))

    with store.writing() as records:
        records.keys.add(a_key())
    with pytest.raises(Conflict):
        add_again()

    with store.reading() as records:
        assert records.keys.get("k1") == a_key()
