"""Put the rule set an installation comes with in force, as long as nobody has published another."""

from datetime import datetime

from matcher.rules.rule_set import RuleSet
from matcher.use_cases.ports import Records
from matcher.use_cases.rule_ports import (
    Publication,
    PublicationKind,
    RuleChange,
    RuleSetState,
    StoredRuleSet,
)

INSTALLATION = "installation"


def install_rule_set(records: Records, rule_set: RuleSet, *, now: datetime) -> bool:
    """Whether the rule set was put in force: it is the first, or it replaces another that came with the installation.

    Once a person has published or rolled back, the installation's own rule set counts no more.
    """
    current = records.publications.current()
    if current is not None and (current.kind is not PublicationKind.INSTALLED or current.version == rule_set.version):
        return False
    if records.rule_sets.get(rule_set.version) is None:
        records.rule_sets.add(published(rule_set, author=INSTALLATION, now=now))
    seq = 1 if current is None else current.seq + 1
    records.publications.add(Publication(seq, rule_set.version, now, INSTALLATION, PublicationKind.INSTALLED))
    records.publications.note(RuleChange(now, INSTALLATION, "installed", rule_set.version))
    return True


def published(rule_set: RuleSet, *, author: str, now: datetime) -> StoredRuleSet:
    """The rule set as it is kept once it is published: under the name of its content."""
    return StoredRuleSet(
        version=rule_set.version,
        title=rule_set.title,
        state=RuleSetState.PUBLISHED,
        document=rule_set.document,
        content=rule_set.version,
        author=author,
        created_at=now,
        updated_at=now,
    )
