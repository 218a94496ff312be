"""How a profile came to be: what was recorded and taken back, in order, and what the profile was after each step.

Every step is computed from the log alone, as `rebuild` computes the present: pieces count from the moment they were
recorded until the moment they were taken back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from matcher.profiles.columns import fold_many
from matcher.profiles.evidence import Evidence
from matcher.profiles.facets import NOTHING, Profile, Sums, fold, profile_of
from matcher.profiles.framework import Facet, Framework


class Action(StrEnum):
    """What happened to a piece of evidence; a tag is contested when the person it is about takes it back."""

    RECORDED = "recorded"
    REVOKED = "revoked"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a profile's evidence: when, what, by whom and why."""

    at: datetime
    action: Action
    evidence: Evidence
    actor: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """An event, its number in the history (from 1), and the profile right after it."""

    number: int
    event: Event
    profile: Profile


def events_of(evidence: Sequence[Evidence]) -> list[Event]:
    """Everything that happened to these pieces, oldest first.

    Of what happened at one moment, taking back what was there comes before recording what replaces it.
    """
    ranked = [(piece.recorded_at, 1, piece.id, _recorded(piece)) for piece in evidence]
    for piece in evidence:
        if piece.revoked_at is not None:
            rank = 0 if piece.revoked_at > piece.recorded_at else 2
            ranked.append((max(piece.revoked_at, piece.recorded_at), rank, piece.id, _revoked(piece)))
    return [event for *_, event in sorted(ranked, key=lambda one: one[:3])]


def steps_of(
    subject: str, framework: Framework, facet: Facet, events: Sequence[Event], *, first: int, most: int
) -> list[Step]:
    """The steps from number `first` (1 is the oldest) on, at most `most`; `events` is all that ever happened."""
    standing: dict[str, Evidence] = {}
    for event in events[: first - 1]:
        _note(standing, event)
    sums = _folded(subject, standing, facet)
    steps = []
    for number, event in enumerate(events[first - 1 : first - 1 + most], start=first):
        _note(standing, event)
        if event.action is Action.RECORDED:
            sums = fold(sums, standing[event.evidence.id], facet)
        else:
            sums = _folded(subject, standing, facet)
        steps.append(Step(number, event, profile_of(subject, framework.name, facet, sums, event.at)))
    return steps


def curve_of(
    subject: str, framework: Framework, facet: Facet, events: Sequence[Event], moments: Sequence[datetime]
) -> Iterator[Profile]:
    """The profile as it was at each of the moments, which are in order: between two events it only fades."""
    standing: dict[str, Evidence] = {}
    waiting = list(reversed(events))
    sums = NOTHING
    for moment in moments:
        has_changed = False
        while waiting and waiting[-1].at <= moment:
            _note(standing, waiting.pop())
            has_changed = True
        if has_changed:
            sums = _folded(subject, standing, facet)
        yield profile_of(subject, framework.name, facet, sums, moment)


def _recorded(piece: Evidence) -> Event:
    return Event(piece.recorded_at, Action.RECORDED, piece, piece.actor, piece.reason)


def _revoked(piece: Evidence) -> Event:
    action = Action.CONTESTED if piece.is_contested else Action.REVOKED
    moment = piece.revoked_at or piece.recorded_at
    return Event(max(moment, piece.recorded_at), action, piece, piece.revoked_by or "", piece.revoked_reason)


def _note(standing: dict[str, Evidence], event: Event) -> None:
    """Keep what counts after the event, as pieces that nobody took back yet."""
    if event.action is Action.RECORDED:
        standing[event.evidence.id] = replace(event.evidence, revoked_at=None)
    else:
        standing.pop(event.evidence.id, None)


def _folded(subject: str, standing: dict[str, Evidence], facet: Facet) -> Sums:
    return fold_many(list(standing.values()), facet).get(subject, NOTHING)
