"""Go back to the rule set that was in force before: it never waits for a second person."""

from collections.abc import Sequence
from datetime import datetime

from matcher.errors import Conflict
from matcher.use_cases.change_draft import the_rule_set
from matcher.use_cases.ports import Records
from matcher.use_cases.publish_rule_set import put_in_force
from matcher.use_cases.rule_ports import Publication, PublicationKind

MOST_LOOKED_AT = 10_000  # publications; nobody goes back further


def roll_back_rules(records: Records, *, actor: str, now: datetime, note: str | None = None) -> Publication:
    """The publication of the former version. Once more goes back one further. Raises Conflict when there is none."""
    history = records.publications.newest(limit=MOST_LOOKED_AT)
    former = former_version(history)
    if former is None:
        raise Conflict("There is nothing to go back to: no other rule set was in force before this one.")
    found = the_rule_set(records, former)
    kind = PublicationKind.ROLLBACK
    return put_in_force(records, found, after=history[0], by=actor, note=note, now=now, kind=kind)


def former_version(newest_first: Sequence[Publication]) -> str | None:
    """The version below the current one on the pile: publishing puts one on it, going back takes the top away."""
    pile: list[str] = []
    for publication in reversed(newest_first):
        if publication.kind is PublicationKind.ROLLBACK and len(pile) > 1:
            pile.pop()
        elif publication.kind is not PublicationKind.ROLLBACK:
            pile.append(publication.version)
    return pile[-2] if len(pile) > 1 else None
