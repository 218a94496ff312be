"""An installation is put together from its settings, whole or not at all."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from api.settings import load_settings
from api.wiring import build, fresh_id, fresh_rng, warm_up_meanwhile
from matcher.errors import Conflict, FrameworkChanged, InvalidInput
from matcher.profiles import bridge
from matcher.rules import DEFAULT_RULE_SET
from models.frameworks import load_framework


def test_an_empty_home_becomes_an_installation_that_keeps_its_secret(tmp_path: Path) -> None:
    """Cursors given before a restart must be good after it; the folder holds profiles, so it is nobody else's."""
    settings = load_settings({"KLIK_HOME": str(tmp_path / "home")})
    keys = []
    for _ in range(2):
        klik = build(settings)
        keys.append(klik.cursor_key)
        klik.store.close()

    assert len(keys[0]) >= 32
    assert keys[0] == keys[1]
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert keys[0].hex() not in repr(klik)


def test_the_rule_set_in_force_is_the_one_named(tmp_path: Path) -> None:
    """Operations change rules without a release."""
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({**DEFAULT_RULE_SET.document, "title": "Winter"}))
    klik = build(load_settings({"KLIK_HOME": str(tmp_path), "KLIK_RULE_SET": str(path)}))
    klik.store.close()

    assert klik.rule_set.title == "Winter"
    assert klik.rules.rule_set.title == "Winter"


def test_a_bad_rule_set_keeps_the_service_from_starting(tmp_path: Path) -> None:
    """Routing by half a rule set is worse than a start that fails and says why."""
    path = tmp_path / "rules.json"
    path.write_text('{"schema": "rule-set/1", "rules": 3}')

    with pytest.raises(InvalidInput):
        build(load_settings({"KLIK_HOME": str(tmp_path), "KLIK_RULE_SET": str(path)}))


def test_a_server_database_without_the_schema_is_refused_with_what_to_do(
    tmp_path: Path, empty_postgresql_url: str
) -> None:
    """Several machines may share it: an upgrade is somebody's decision."""
    settings = load_settings({"KLIK_HOME": str(tmp_path), "KLIK_DATABASE_URL": empty_postgresql_url})

    with pytest.raises(Conflict, match="klik db upgrade"):
        build(settings)


def test_a_framework_changed_under_its_version_keeps_the_service_from_starting(tmp_path: Path) -> None:
    """Otherwise every stored share would mean something else from that day on; a new version may come any time."""
    (tmp_path / "frameworks").mkdir()
    path = tmp_path / "frameworks" / "mine.json"
    document = {**load_framework().document, "id": "mine"}
    settings = load_settings({"KLIK_HOME": str(tmp_path), "KLIK_FRAMEWORK": "mine"})
    path.write_text(json.dumps(document))
    build(settings).store.close()
    path.write_text(json.dumps(dict(reversed(document.items())), indent=4))  # the same said otherwise
    build(settings).store.close()
    changed = {**document, "prior": {**document["prior"], "A0": 8.0}}
    path.write_text(json.dumps(changed))
    with pytest.raises(FrameworkChanged, match=r"mine@1\.0\.0 .* new version"):
        build(settings)
    path.write_text(json.dumps({**changed, "version": "1.0.1"}))
    klik = build(settings)
    with klik.store.reading() as records:
        names = records.frameworks.names()
    klik.store.close()

    assert names == ["mine@1.0.0", "mine@1.0.1"]


def test_new_ids_differ_and_follow_time() -> None:
    """Rows that lie in the order they were made are quicker to find; 10,000 in a burst must not meet."""
    before = fresh_id()
    ids = {fresh_id() for _ in range(10_000)}
    moment = datetime.fromtimestamp(int(before[:12], 16) / 1000, UTC)

    assert len(ids) == 10_000
    assert {len(each) for each in ids} == {32}
    assert min(ids)[:12] >= before[:12]
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60


def test_a_seed_repeats_and_no_seed_does_not() -> None:
    """A repeated question with a seed has the same answer; strangers cannot guess the others."""
    first, again, other = (fresh_rng(seed).random(4) for seed in (7, 7, None))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_scores_forms_is_loaded_while_the_first_are_answered(tmp_path: Path) -> None:
    """The first respondent of a process must not wait for scipy."""
    klik = build(load_settings({"KLIK_HOME": str(tmp_path)}))
    bridge._solved.cache_clear()
    warm_up_meanwhile(klik).join(60)
    klik.store.close()

    assert bridge._solved.cache_info().currsize == 1
