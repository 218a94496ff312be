"""Change a draft of a rule set, without overwriting what someone else wrote unseen."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from matcher.errors import Conflict, NotFound, RevisionRequired, StaleRevision
from matcher.profiles.framework import Framework
from matcher.rules import difference, parse_rule_set
from matcher.use_cases.draft_rule_set import current_version
from matcher.use_cases.ports import Records
from matcher.use_cases.rule_ports import RuleChange, RuleSetState, StoredRuleSet

CURRENT = "current"


def change_draft(
    records: Records,
    version: str,
    document: Mapping[str, object],
    *,
    revision: int | None,
    framework: Framework,
    actor: str,
    now: datetime,
    note: str | None = None,
) -> StoredRuleSet:
    """The draft as it is now; it is based on what is in force at this moment.

    Raises NotFound, RevisionRequired, StaleRevision, Conflict for a published version, InvalidInput with every fault.
    """
    draft = the_draft(records, version, revision=revision)
    parsed = parse_rule_set(document, framework=framework)
    changed = replace(
        draft,
        title=parsed.title,
        document=parsed.document,
        content=parsed.version,
        author=actor,
        updated_at=now,
        revision=draft.revision + 1,
        based_on=current_version(records),
    )
    if not records.rule_sets.replace(changed):
        raise StaleRevision
    detail = {"from": draft.content, "content": changed.content, **what_differs(draft, changed)}
    records.publications.note(RuleChange(now, actor, "changed", version, note, detail))
    return changed


def what_differs(before: StoredRuleSet, after: StoredRuleSet) -> dict[str, object]:
    """Ids of the rules that `after` has more, less or otherwise, and the other parts that differ, as a change notes."""
    told = difference(parse_rule_set(before.document), parse_rule_set(after.document))
    return {name: list(found) for name, found in asdict(told).items()}


def the_rule_set(records: Records, version: str) -> StoredRuleSet:
    """The rule set of that name; `current` is the one in force. Raises NotFound."""
    name = current_version(records) if version == CURRENT else version
    found = None if name is None else records.rule_sets.get(name)
    if found is None:
        raise NotFound("There is no such rule set; a draft that was published goes by the name of its content.")
    return found


def the_draft(records: Records, version: str, *, revision: int | None) -> StoredRuleSet:
    """The draft at the revision that was read. Raises NotFound, Conflict, RevisionRequired, StaleRevision."""
    found = the_rule_set(records, version)
    if found.state is not RuleSetState.DRAFT:
        raise Conflict("A published rule set never changes: begin a draft with its document.")
    if revision is None:
        raise RevisionRequired
    if revision != found.revision:
        raise StaleRevision
    return found
