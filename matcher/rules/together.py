"""Rules that each somebody at work meets, but nobody together: the least important gives way, as far as is needed.

What gives way does not hang on how long a contact waits, so that waiting never shuts a door. Whatever can be kept is:
of all ways to leave somebody, the one that keeps the most important rule strictest, then the next one, and so on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.rules.conditions import Bools
from matcher.rules.masks import CompiledRule, ContactMasks, EmployeeMasks, masks_at, relevant
from matcher.rules.rule_set import EffectKind

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AtWork:
    """Who is at work and fits, slots left aside: for each of several demands (demands × m), and each contact's demand.

    `masks` are those of all these employees. By them is told whether waiting could help a requirement at all; whom a
    contact excludes is left aside.
    """

    fits: Bools
    demand_of: Ints
    masks: EmployeeMasks


def stages_together(
    rules: Sequence[CompiledRule], contact_masks: ContactMasks, at_work: AtWork, alone: Sequence[Ints]
) -> Sequence[Ints]:
    """How far each rule relaxes at once for each contact, given how far it does so for itself.

    `rules` stand in order of importance. Where no way of relaxing leaves anybody, all stays as it is.
    """
    rows = _rows_to_look_at(rules, contact_masks, at_work, alone)
    if not rows.any():
        return alone
    found = [stage.copy() for stage in alone]
    known: dict[object, Sequence[int] | None] = {}
    for row in np.flatnonzero(rows).tolist():
        places = [k for k, mask in enumerate(contact_masks.by_rule) if mask[row] and _refuses(rules[k])]
        key = _kind(row, places, rules, contact_masks, at_work)
        if key not in known:
            known[key] = _settled(row, places, rules, contact_masks, at_work, [int(alone[k][row]) for k in places])
        for place, stage in zip(places, known[key] or (), strict=False):
            found[place][row] = stage
    return found


def _refuses(one: CompiledRule) -> bool:
    return one.rule.effect.kind is not EffectKind.BOOST


def _rows_to_look_at(
    rules: Sequence[CompiledRule], contact_masks: ContactMasks, at_work: AtWork, alone: Sequence[Ints]
) -> Bools:
    """Contacts that nobody at work may take, of those that several rules meet and one of these could relax."""
    count = np.zeros(len(at_work.demand_of), dtype=np.int64)
    could_relax = np.zeros(len(count), dtype=bool)
    for one, mask, stage in zip(rules, contact_masks.by_rule, alone, strict=True):
        if _refuses(one):
            count += mask
            could_relax |= mask & (stage < len(one.stages) - 1)
    rows = could_relax & (count > 1)
    if not rows.any():
        return rows
    looked_at = np.flatnonzero(rows)
    able = at_work.fits[at_work.demand_of[looked_at]]
    rows[looked_at] = able.any(axis=1)
    for place, one in enumerate(rules):
        if _refuses(one):
            for step in range(len(one.stages)):
                met = contact_masks.by_rule[place] & rows & (alone[place] == step)
                for those, touched in masks_at(place, one, contact_masks, at_work.masks, step, met):
                    able[those[looked_at]] &= ~touched
    rows[looked_at] &= ~able.any(axis=1)
    return rows


def _kind(
    row: int, places: Sequence[int], rules: Sequence[CompiledRule], contact_masks: ContactMasks, at_work: AtWork
) -> object:
    """What decides how rules settle for a contact: those of one kind share the answer."""
    met = tuple(relevant(contact_masks.met[row], rules[k].relations) for k in places if rules[k].relations)
    return int(at_work.demand_of[row]), tuple(places), met


def _settled(
    row: int,
    places: Sequence[int],
    rules: Sequence[CompiledRule],
    contact_masks: ContactMasks,
    at_work: AtWork,
    first: Sequence[int],
) -> Sequence[int] | None:
    """The stage of each of the rules, the most important ones as strict as can be; `None` where nothing leaves anybody.

    `first` are the stages they have taken for themselves.
    """
    only = np.zeros(len(at_work.demand_of), dtype=bool)
    only[row] = True

    def lets_in(place: int, step: int) -> Bools:
        ((_, touched),) = masks_at(place, rules[place], contact_masks, at_work.masks, step, only)
        return ~touched

    left = at_work.fits[at_work.demand_of[row]].copy()
    loosest = [np.ones_like(left)]  # whom the less important rules let in at most
    for place in reversed(places):
        loosest.append(loosest[-1] & lets_in(place, len(rules[place].stages) - 1))
    if not (left & loosest.pop()).any():
        return None
    settled = []
    for place, strictest in zip(places, first, strict=True):
        at_most = loosest.pop()
        steps = range(strictest, len(rules[place].stages))
        stage = next(step for step in steps if (left & lets_in(place, step) & at_most).any())
        left &= lets_in(place, stage)
        settled.append(stage)
    return settled
