"""Throw a draft of a rule set away."""

from datetime import datetime

from matcher.errors import StaleRevision
from matcher.use_cases.change_draft import the_draft
from matcher.use_cases.ports import Records
from matcher.use_cases.rule_ports import RuleChange


def discard_draft(
    records: Records, version: str, *, revision: int | None, actor: str, now: datetime, note: str | None = None
) -> None:
    """Remove the draft; that it was there stays noted.

    Raises NotFound, RevisionRequired, StaleRevision, and Conflict for a published version.
    """
    draft = the_draft(records, version, revision=revision)
    if not records.rule_sets.delete(version, revision=draft.revision):
        raise StaleRevision
    records.publications.note(RuleChange(now, actor, "discarded", version, note, {"content": draft.content}))
