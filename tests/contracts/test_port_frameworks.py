"""What whoever remembers frameworks promises: what was stored under a name and version keeps its meaning."""

import pytest

from matcher.errors import FrameworkChanged
from matcher.use_cases.ports import Store
from models.store import SqlStore, open_store
from tests.contracts.stored_things import NOW, all_at_once

ONE, OTHER = "1" * 64, "2" * 64


def _register(store: Store, version: str, digest: str) -> bool:
    with store.writing() as records:
        return records.frameworks.register("colours8", version, digest, {"id": "colours8", "é": [0.1]}, now=NOW)


def test_a_framework_is_registered_once(store: Store) -> None:
    """Every start of every process says it again."""
    assert [_register(store, "1.0.0", ONE) for _ in range(2)] == [True, False]
    with store.reading() as records:
        assert records.frameworks.names() == ["colours8@1.0.0"]
        assert records.frameworks.sha256_of("colours8", "1.0.0") == ONE
        assert records.frameworks.sha256_of("colours8", "1.0.1") is None


def test_another_digest_under_the_same_version_is_refused_with_what_to_do(store: Store) -> None:
    """Otherwise every stored share would silently mean something else."""
    _register(store, "1.0.0", ONE)
    with pytest.raises(FrameworkChanged, match=r"colours8@1\.0\.0 .* new version"):
        _register(store, "1.0.0", OTHER)

    with store.reading() as records:
        assert records.frameworks.sha256_of("colours8", "1.0.0") == ONE


def test_a_new_version_stands_beside_the_old_one(store: Store) -> None:
    """What the old one said is still needed to read what was stored under it."""
    _register(store, "1.1.0", OTHER)
    _register(store, "1.0.0", ONE)

    with store.reading() as records:
        assert records.frameworks.names() == ["colours8@1.0.0", "colours8@1.1.0"]


def test_of_processes_that_start_at_once_with_different_files_one_wins(sql_store: SqlStore) -> None:
    """Half the fleet was updated: those with the other file must not come up, whoever was first."""
    url = sql_store._connections().writer.url.render_as_string(hide_password=False)
    stores = [open_store(url) for _ in range(6)]
    results = all_at_once(6, lambda index: _register(stores[index], "1.0.0", (ONE, OTHER)[index % 2]))
    for store in stores:
        store.close()
    with sql_store.reading() as records:
        winner = (ONE, OTHER).index(records.frameworks.sha256_of("colours8", "1.0.0") or "")

    assert sorted(map(str, results[winner::2])) == ["False", "False", "True"]
    assert all(isinstance(result, FrameworkChanged) for result in results[1 - winner :: 2])
