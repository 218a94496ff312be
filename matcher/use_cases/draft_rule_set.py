"""Begin a draft of a rule set: it decides nothing until it is published."""

from collections.abc import Callable, Mapping
from datetime import datetime

from matcher.profiles.framework import Framework
from matcher.rules import parse_rule_set
from matcher.use_cases.ports import Records
from matcher.use_cases.rule_ports import DRAFT_PREFIX, RuleChange, RuleSetState, StoredRuleSet


def draft_rule_set(
    records: Records,
    document: Mapping[str, object],
    *,
    framework: Framework,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
    note: str | None = None,
) -> StoredRuleSet:
    """The draft, under an id of its own that stays the same while it is written.

    Raises InvalidInput with every fault of the document.
    """
    parsed = parse_rule_set(document, framework=framework)
    draft = StoredRuleSet(
        version=f"{DRAFT_PREFIX}{new_id()}",
        title=parsed.title,
        state=RuleSetState.DRAFT,
        document=parsed.document,
        content=parsed.version,
        author=actor,
        created_at=now,
        updated_at=now,
        based_on=current_version(records),
    )
    records.rule_sets.add(draft)
    records.publications.note(RuleChange(now, actor, "drafted", draft.version, note, {"content": draft.content}))
    return draft


def current_version(records: Records) -> str | None:
    """The version in force, if anything was ever put in force."""
    current = records.publications.current()
    return None if current is None else current.version
