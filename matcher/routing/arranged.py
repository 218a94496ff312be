"""What operations make of a contact before anyone looks for an employee: priority, answer time, channel and service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from matcher.contacts.contact import Contact
from matcher.profiles.effects import Effect
from matcher.routing.snapshot import Snapshot
from matcher.rules import Rule
from matcher.rules.fields import is_promised
from matcher.rules.rule_set import Changes
from matcher.rules.terms import Service, Style

WISHED: Mapping[Style, Effect] = {
    Style.NO_PUSH: Effect.NO_PUSH,
    Style.DONE_FOR_YOU: Effect.ONE_OWNER,
    Style.EXPERT_ADVICE: Effect.SPECIALIST_FIRST,
}
DECIDING = frozenset((*WISHED.values(), Effect.INFORMATION_FIRST))  # wishes about how to decide: one's own come first


@dataclass(frozen=True, slots=True)
class Arranged:
    """By contact row: the rules that set something, channels advised, and services that leave out the channel used.

    `seen` are the contacts as other rules see them: with the priority that was set and difficult where a rule says so,
    but an answer time that a rule set is no promise to a customer. `None` where nothing was set.
    """

    seen: tuple[Contact, ...] | None = None
    set_by: Mapping[int, Sequence[tuple[Rule, Changes]]] = field(default_factory=dict)
    advised: Mapping[int, str] = field(default_factory=dict)
    closed: Mapping[int, Service] = field(default_factory=dict)
    styled: Mapping[int, Style] = field(default_factory=dict)


NOTHING = Arranged()


def arranged(snapshot: Snapshot, now: datetime) -> tuple[Snapshot, Arranged]:
    """The snapshot with its contacts as the rule set wants them, and what was done to each.

    Of several rules that set the same thing the lowest order wins; of equal order the higher priority and the shorter
    answer time. A promise made is never put off, and a contact that was promised an answer may use any channel.
    """
    if not snapshot.rules.changes_contacts:
        return snapshot, NOTHING
    set_by = _set_by(snapshot)
    services = _services(snapshot)
    contacts = tuple(
        _changed(contact, set_by.get(row, ()), services.get(row), now) for row, contact in enumerate(snapshot.contacts)
    )
    seen = tuple(
        before
        if (before.priority, before.difficult) == (after.priority, after.difficult)
        else replace(before, priority=after.priority, difficult=after.difficult)
        for before, after in zip(snapshot.contacts, contacts, strict=True)
    )
    closed = {
        row: service
        for row, service in services.items()
        if snapshot.contacts[row].channel not in service.channels and not is_promised(snapshot.contacts[row])
    }
    advised = {row: changes.channel for row, made in set_by.items() for _, changes in made if changes.channel}
    wishes = dict(snapshot.customers.wishes)
    styled = {
        row: service.style
        for row, service in services.items()
        if service.style is not None and not DECIDING & set(wishes.get(row, ()))
    }
    wishes |= {row: (*wishes.get(row, ()), WISHED[style]) for row, style in styled.items()}
    customers = replace(snapshot.customers, wishes=wishes)
    return replace(snapshot, contacts=contacts, customers=customers), Arranged(seen, set_by, advised, closed, styled)


def _set_by(snapshot: Snapshot) -> dict[int, list[tuple[Rule, Changes]]]:
    """For each contact the rules that set something, with what each of them came to set."""
    spoken: dict[int, list[Rule]] = {}
    for rule, rows in snapshot.rules.set_for(snapshot.contacts, snapshot.customers.customers):
        for row in rows.nonzero()[0].tolist():
            spoken.setdefault(row, []).append(rule)
    return {row: _settled(rules) for row, rules in spoken.items()}


def _settled(rules: Sequence[Rule]) -> list[tuple[Rule, Changes]]:
    """What each rule came to set; rules whose word another one outranked altogether are left out."""
    first: dict[str, tuple[tuple[float, float, str], Rule]] = {}
    for rule in rules:
        changes = rule.effect.changes or Changes()
        ranked = {
            "priority": None if changes.priority is None else -float(changes.priority),
            "answer_within_s": changes.answer_within_s,
            "channel": None if changes.channel is None else 0.0,
            "difficult": None if changes.difficult is None else 0.0,
        }
        for name, merit in ranked.items():
            key = (float(rule.order), merit or 0.0, rule.id)
            if merit is not None and (name not in first or key < first[name][0]):
                first[name] = key, rule
    won: dict[str, dict[str, object]] = {}
    for name, (_, rule) in first.items():
        won.setdefault(rule.id, {})[name] = getattr(rule.effect.changes, name)
    return [(rule, Changes(**won[rule.id])) for rule in rules if rule.id in won]  # type: ignore[arg-type]  # as read


def _services(snapshot: Snapshot) -> dict[int, Service]:
    rule_set = snapshot.rules.rule_set
    if not rule_set.service:
        return {}
    segments = [None if one is None else one.segment for one in snapshot.customers.customers]
    found = {segment: rule_set.service_for(segment) for segment in set(segments)}
    return {row: service for row, segment in enumerate(segments) if (service := found[segment]) is not None}


def _changed(contact: Contact, made: Sequence[tuple[Rule, Changes]], service: Service | None, now: datetime) -> Contact:
    priority, answers = contact.priority, []
    for _, changes in made:
        priority = priority if changes.priority is None else changes.priority
        answers += [] if changes.answer_within_s is None else [changes.answer_within_s]
    if not answers and service is not None and service.floor is not None:
        answers = [service.floor.answer_within_s]
    due = contact.due_to
    for answer_s in answers:
        wanted = now + timedelta(seconds=answer_s - contact.waiting_s)
        due = wanted if due is None else min(due, wanted)
    difficult = contact.difficult or any(changes.difficult for _, changes in made)
    if priority == contact.priority and due is contact.due_to and difficult is contact.difficult:
        return contact
    return replace(contact, priority=priority, due_to=due, difficult=difficult)
