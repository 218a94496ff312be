"""The rules in force as processes keep them: followed at the next look, at the cost of no further one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.settings import load_settings
from api.wiring import assemble
from matcher.rules import DEFAULT_RULE_SET, parse_rule_set
from matcher.use_cases.install_rule_set import install_rule_set, published
from matcher.use_cases.ports import Records, Store
from matcher.use_cases.rule_ports import Publication, PublicationKind, RuleSetState, StoredRuleSet
from models.rule_book import RuleBook
from models.store import SqlStore, open_store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WINTER = parse_rule_set({"schema": "rule-set/1", "title": "Winter", "strategy": {"preset": "cost_leadership"}})


def publish_winter(records: Records) -> None:
    """Winter comes into force."""
    current = records.publications.current()
    records.rule_sets.add(published(WINTER, author="key:ann", now=NOW))
    seq = 1 if current is None else current.seq + 1
    records.publications.add(Publication(seq, WINTER.version, NOW, "key:ann", PublicationKind.PUBLISH))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_another_process_decides_by_it_at_its_next_look(request: pytest.FixtureRequest, kind: str) -> None:
    """Two processes that answer by different rules would be two firms."""
    url = request.getfixturevalue(f"{kind}_url")
    here, there = open_store(url), open_store(url)
    with here.writing() as records:
        install_rule_set(records, DEFAULT_RULE_SET, now=NOW)
    book = RuleBook(there, DEFAULT_RULE_SET)
    before = book.current(there.marks().publication).rule_set.version
    with here.writing() as records:
        publish_winter(records)
    after = book.current(there.marks().publication).rule_set.version
    here.close()
    there.close()

    assert (before, after) == (DEFAULT_RULE_SET.version, WINTER.version)


def test_staff_and_rules_cost_one_look(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    """It stands before every match: a second statement there would be paid a thousand times a second."""
    klik = assemble(load_settings({"KLIK_HOME": str(tmp_path)}), sqlite_store, now=lambda: NOW)
    klik.standing(NOW)
    looks, reads = [], []
    look_up, reading = sqlite_store._dialect.look_up, sqlite_store.reading
    monkeypatch.setattr(sqlite_store._dialect, "look_up", lambda *args: (looks.append(args), look_up(*args))[1])
    monkeypatch.setattr(sqlite_store, "reading", lambda: (reads.append(1), reading())[1])
    klik.standing(NOW)

    assert (len(looks), len(reads)) == (1, 0)


def test_an_unreadable_version_leaves_the_former_one_in_force(store: Store) -> None:
    """As when an older program meets what a newer one published: it goes on, and does not fall."""
    book = RuleBook(store, DEFAULT_RULE_SET)
    odd = StoredRuleSet("odd@1", "Odd", RuleSetState.PUBLISHED, {"schema": "rule-set/9"}, "odd@1", "key:ann", NOW, NOW)
    with store.writing() as records:
        records.rule_sets.add(odd)
        records.publications.add(Publication(1, "odd@1", NOW, "key:ann", PublicationKind.PUBLISH))

    assert book.current(store.marks().publication).rule_set == DEFAULT_RULE_SET


def test_the_file_is_in_force_until_somebody_publishes(store: Store) -> None:
    """A file may be changed on a fresh installation; after the first publication it counts no more."""
    spring = parse_rule_set({"schema": "rule-set/1", "title": "Spring", "strategy": {"preset": "cost_leadership"}})
    with store.writing() as records:
        took = [install_rule_set(records, one, now=NOW) for one in (DEFAULT_RULE_SET, DEFAULT_RULE_SET, spring)]
        publish_winter(records)
        took.append(install_rule_set(records, DEFAULT_RULE_SET, now=NOW))

    assert took == [True, False, True, False]
    assert RuleBook(store, spring).current(store.marks().publication).rule_set.version == WINTER.version


def test_a_draft_is_compiled_anew_when_it_changed(store: Store) -> None:
    """Whoever tries a draft tries what it says now."""
    draft = replace(published(WINTER, author="key:ann", now=NOW), version="draft-1", state=RuleSetState.DRAFT)
    book = RuleBook(store, DEFAULT_RULE_SET)
    with store.writing() as records:
        records.rule_sets.add(draft)
    first = book.named("draft-1")
    with store.writing() as records:
        records.rule_sets.replace(replace(draft, document=DEFAULT_RULE_SET.document, revision=2))
    second = book.named("draft-1")

    assert first is not None
    assert second is not None
    assert (first.rule_set.version, second.rule_set.version) == (WINTER.version, DEFAULT_RULE_SET.version)
    assert book.named("draft-2") is None
