"""What whoever remembers rule sets promises: one in force, no draft overwritten unseen, every change on record."""

from dataclasses import replace
from typing import Any

import pytest

from matcher.errors import Conflict, RuleSetMoved
from matcher.rules import parse_rule_set
from matcher.use_cases.draft_rule_set import draft_rule_set
from matcher.use_cases.install_rule_set import install_rule_set
from matcher.use_cases.ports import Store
from matcher.use_cases.publish_rule_set import Order, publish_rule_set
from matcher.use_cases.roll_back_rules import roll_back_rules
from matcher.use_cases.rule_ports import (
    Approval,
    ApprovalState,
    Publication,
    PublicationKind,
    RuleChange,
    RuleSetState,
    StoredRuleSet,
)
from models.frameworks import load_framework
from tests.contracts.stored_things import NOW, all_at_once, later


def a_document(title: str = "Winter", **changes: Any) -> dict[str, object]:
    """A rule set as operations write it."""
    return {"schema": "rule-set/1", "title": title, "strategy": {"preset": "customer_intimacy"}, **changes}


def a_draft(version: str = "draft-1", title: str = "Winter", **changes: Any) -> StoredRuleSet:
    """A draft as it is kept."""
    parsed = parse_rule_set(a_document(title))
    kept = StoredRuleSet(
        version, title, RuleSetState.DRAFT, parsed.document, parsed.version, "key:ann", NOW, NOW, based_on="default@0"
    )
    return replace(kept, **changes)


def a_version(title: str = "Winter") -> StoredRuleSet:
    """A published rule set."""
    content = parse_rule_set(a_document(title)).version
    return a_draft(content, title, state=RuleSetState.PUBLISHED, based_on=None)


def put_in(store: Store, *rule_sets: StoredRuleSet) -> None:
    """Keep the rule sets."""
    with store.writing() as records:
        for one in rule_sets:
            records.rule_sets.add(one)


def publication(seq: int, version: str, **changes: Any) -> Publication:
    """A version put in force."""
    return replace(Publication(seq, version, later(seq), "key:ann", PublicationKind.PUBLISH), **changes)


def test_a_rule_set_comes_back_as_kept(store: Store) -> None:
    """Every decision made by it can be made again."""
    draft = a_draft(title="Zoë's")
    put_in(store, draft, a_version("Summer"))

    with store.reading() as records:
        assert records.rule_sets.get("draft-1") == draft
        assert records.rule_sets.get("draft-2") is None
        assert records.rule_sets.get(a_version("Summer").version) == a_version("Summer")


def test_a_version_is_kept_once(store: Store) -> None:
    """A name that could come to mean something else would be worth nothing in a decision."""
    put_in(store, a_version())

    with pytest.raises(Conflict):
        put_in(store, a_version())


def test_rule_sets_are_listed_in_pages_by_state(store: Store) -> None:
    """Who looks for a draft need not read every version there ever was."""
    put_in(store, a_draft("draft-b"), a_draft("draft-a"), a_draft("draft-c"), a_version())

    with store.reading() as records:
        first = records.rule_sets.listed(limit=2, state=RuleSetState.DRAFT)
        rest = records.rule_sets.listed(limit=9, after="draft-b", state=RuleSetState.DRAFT)
        everything = records.rule_sets.listed(limit=9)

    assert [one.version for one in first] == ["draft-a", "draft-b"]
    assert [one.version for one in rest] == ["draft-c"]
    assert [one.version for one in everything] == ["draft-a", "draft-b", "draft-c", a_version().version]


def test_a_draft_changes_only_over_the_revision_that_was_read(store: Store) -> None:
    """Otherwise the last to save wins, and never knows what was lost."""
    put_in(store, a_draft())
    with store.writing() as records:
        is_kept = records.rule_sets.replace(a_draft(title="Spring", revision=2))
        is_late = records.rule_sets.replace(a_draft(title="Autumn", revision=2))

    assert (is_kept, is_late) == (True, False)
    with store.reading() as records:
        found = records.rule_sets.get("draft-1")
    assert found is not None
    assert (found.title, found.revision) == ("Spring", 2)


def test_what_is_published_never_changes_nor_goes(store: Store) -> None:
    """Old decisions name it."""
    kept = a_version()
    put_in(store, kept)
    with store.writing() as records:
        changed = records.rule_sets.replace(replace(kept, author="key:bo", revision=2))
        removed = records.rule_sets.delete(kept.version, revision=1)

    assert (changed, removed) == (False, False)
    with store.reading() as records:
        assert records.rule_sets.get(kept.version) == kept


def test_a_draft_goes_at_the_revision_that_was_read(store: Store) -> None:
    """Nobody throws away what someone else has just written."""
    put_in(store, a_draft(revision=3))
    with store.writing() as records:
        assert not records.rule_sets.delete("draft-1", revision=2)
        assert records.rule_sets.delete("draft-1", revision=3)
        assert records.rule_sets.get("draft-1") is None


def test_the_newest_publication_is_the_current_one(store: Store) -> None:
    """There is one, and the mark by which processes follow is its number."""
    winter, summer = a_version(), a_version("Summer")
    put_in(store, winter, summer)
    assert store.marks().publication == 0
    with store.writing() as records:
        assert records.publications.current() is None
        records.publications.add(publication(1, winter.version))
    with store.writing() as records:
        records.publications.add(publication(2, summer.version, note="too warm"))

    with store.reading() as records:
        assert records.publications.current() == publication(2, summer.version, note="too warm")
        assert [one.seq for one in records.publications.newest(limit=9)] == [2, 1]
        assert [one.seq for one in records.publications.newest(limit=9, before=2)] == [1]
    assert store.marks().publication == 2


@pytest.mark.parametrize("seq", [1, 3])
def test_a_publication_follows_the_current_one(store: Store, seq: int) -> None:
    """Whoever publishes over a version they never saw is told so, and nothing moves."""
    put_in(store, a_version(), a_version("Summer"))
    with store.writing() as records:
        records.publications.add(publication(1, a_version().version))

    with pytest.raises(RuleSetMoved), store.writing() as records:
        records.publications.add(publication(seq, a_version("Summer").version))

    assert store.marks().publication == 1


def test_only_what_is_kept_can_be_in_force(store: Store) -> None:
    """A pointer to nothing would stop every decision."""
    with pytest.raises(Conflict), store.writing() as records:
        records.publications.add(publication(1, "winter@0123456789ab"))

    assert store.marks().publication == 0


def test_every_change_is_kept_newest_first(store: Store) -> None:
    """Who did what, when and why: auditors ask for no less."""
    told = [RuleChange(later(n), "key:ann", "changed", f"draft-{n % 2}", f"why {n}", {"n": n}) for n in range(4)]
    with store.writing() as records:
        for change in told:
            records.publications.note(change)

    with store.reading() as records:
        everything = records.publications.changes(limit=3)
        rest = records.publications.changes(limit=9, before=everything[-1].no)
        of_one = records.publications.changes(limit=9, version="draft-1")
    assert [replace(one, no=0) for one in (*everything, *rest)] == told[::-1]
    assert [one.note for one in of_one] == ["why 3", "why 1"]


def an_approval(approval_id: str = "a-1", **changes: Any) -> Approval:
    """Ann asks someone."""
    asked = Approval(
        approval_id, "publish_rule_set", "draft-1", "winter@1", "default@0", "key:ann", "ann", NOW, later(60)
    )
    return replace(asked, **changes)


def test_an_approval_is_decided_once(store: Store) -> None:
    """Two who decide at once would leave it open what was decided."""
    with store.writing() as records:
        records.approvals.add(an_approval(note="please"))
    yes = an_approval(note="please", state=ApprovalState.ACCEPTED, decided_by="key:bo", decided_at=later(5))
    with store.writing() as records:
        assert records.approvals.decide(yes)
        assert not records.approvals.decide(replace(yes, state=ApprovalState.REJECTED))

    with store.reading() as records:
        assert records.approvals.get("a-1") == yes
        assert records.approvals.get("a-2") is None
        assert records.approvals.waiting(now=NOW) == []


def test_approvals_wait_until_they_expire(store: Store) -> None:
    """What nobody decided in three days has to be asked for anew."""
    with store.writing() as records:
        records.approvals.add(an_approval("a-2", asked_at=later(1), expires_at=later(90)))
        records.approvals.add(an_approval("a-1"))

    with store.reading() as records:
        assert [one.id for one in records.approvals.waiting(now=later(59))] == ["a-1", "a-2"]
        assert [one.id for one in records.approvals.waiting(now=later(60))] == ["a-2"]


def test_of_two_drafts_published_at_once_one_wins(store: Store) -> None:
    """Both were written against the same version: the second would undo the first without a look at it."""
    framework, names = load_framework(), ("a", "b", "c", "d")
    with store.writing() as records:
        install_rule_set(records, parse_rule_set(a_document("Default")), now=NOW)
        for name in names:
            told = {"framework": framework, "actor": "key:ann", "now": NOW, "new_id": iter([name]).__next__}
            draft_rule_set(records, a_document(name), **told)

    def publish(index: int) -> Publication | Approval:
        order = Order(actor=f"key:{names[index]}", person=names[index], revision=1)
        with store.writing() as records:
            return publish_rule_set(records, f"draft-{names[index]}", order, now=NOW, new_id=lambda: "x")

    answers = all_at_once(len(names), publish)

    with store.reading() as records:
        current = records.publications.current()
        left = records.rule_sets.listed(limit=9, state=RuleSetState.DRAFT)
    assert current is not None
    won = [one for one in answers if isinstance(one, Publication)]
    assert [one.version for one in won] == [current.version]
    assert sum(isinstance(one, RuleSetMoved) for one in answers) == len(names) - 1
    assert len(left) == len(names) - 1
    assert store.marks().publication == 2


def test_going_back_goes_back_further_each_time(store: Store) -> None:
    """The second undo is no redo."""
    put_in(store, *(a_version(title) for title in ("A", "B", "C")))
    with store.writing() as records:
        for seq, title in enumerate(("A", "B", "C"), start=1):
            records.publications.add(publication(seq, a_version(title).version))
    went = []
    for _ in range(2):
        with store.writing() as records:
            went.append(roll_back_rules(records, actor="key:ann", now=NOW).version)

    assert went == [a_version("B").version, a_version("A").version]
    with pytest.raises(Conflict), store.writing() as records:
        roll_back_rules(records, actor="key:ann", now=NOW)
