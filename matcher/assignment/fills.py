"""What an employee can take: a fill is so many contacts of each load, and leaves no room for another.

With three slots, calls of three and chats of one there are two: a call, or three chats. Fills say what slots alone do
not, that an employee is never half in a call, and so prove bounds that are all but the optimum. With one price for each
contact every employee takes the fill worth most: the largest nets of each load, no search needed.
Source: Dantzig and Wolfe 1960, doi 10.1287/opre.8.1.101; for this problem Savelsbergh 1997, doi 10.1287/opre.45.6.831.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matcher.assignment.problem import FloatArray, IntArray, Pairs

MOST_FILLS_EACH = 64  # of an employee: with more of them the programme of fills is no longer small


@dataclass(frozen=True, slots=True, eq=False)
class Fills:
    """All fills. Pairs of one employee and one load are a group; an entry says how many a fill takes of a group."""

    group: IntArray  # of each pair
    group_employee: IntArray
    group_load: IntArray
    employee: IntArray  # of each fill
    entry_fill: IntArray  # entries come ordered by group
    entry_group: IntArray
    entry_count: IntArray  # at least 1
    look: IntArray  # of each fill: fills of one look hold the same loads

    def only(self, kept: np.ndarray) -> "Fills":
        """These fills only, groups as they are."""
        number = np.cumsum(kept) - 1
        entry = kept[self.entry_fill]
        return Fills(
            self.group,
            self.group_employee,
            self.group_load,
            self.employee[kept],
            number[self.entry_fill[entry]],
            self.entry_group[entry],
            self.entry_count[entry],
            self.look[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What each fill is worth at some net of the pairs, and what the last of each entry adds to it."""

    of_fill: FloatArray
    of_employee: FloatArray
    last: FloatArray  # of each entry: the net of its last contact, at least 0


def fills_of(pairs: Pairs, capacity: IntArray) -> Fills | None:
    """Every fill of every employee; `None` where an employee has too many. Pairs must fit in the slots."""
    assert pairs.load is not None
    step = int(pairs.load.max(initial=0)) + 1
    keys, group, sizes = np.unique(pairs.employee * step + pairs.load, return_inverse=True, return_counts=True)
    owner, load = keys // step, keys % step
    starts = np.append(np.flatnonzero(np.diff(owner, prepend=-1)), owner.size).tolist()
    known: dict[tuple[object, ...], list[tuple[int, ...]] | None] = {}
    looks: dict[tuple[tuple[int, int], ...], int] = {}
    employee: list[int] = []
    look: list[int] = []
    entries: list[tuple[int, int, int]] = []
    for first, end in pairwise(starts):
        slots = int(capacity[owner[first]])
        loads = load[first:end].tolist()
        most = tuple(np.minimum(sizes[first:end], slots // load[first:end]).tolist())
        asked = (slots, tuple(loads), most)
        if asked not in known:
            known[asked] = _fills(loads, most, slots)
        if (mine := known[asked]) is None:
            return None
        for counts in mine:
            entries += [(first + at, len(employee), count) for at, count in enumerate(counts) if count]
            employee.append(int(owner[first]))
            held = tuple((one, count) for one, count in zip(loads, counts, strict=True) if count)
            look.append(looks.setdefault(held, len(looks)))
    table = np.array(sorted(entries), dtype=np.int64).reshape(-1, 3)
    groups = np.asarray(group, dtype=np.int64).reshape(-1)
    whose, alike = np.array(employee, dtype=np.int64), np.array(look, dtype=np.int64)
    return Fills(groups, owner, load, whose, table[:, 1], table[:, 0], table[:, 2], alike)


def _fills(loads: list[int], most: tuple[int, ...], slots: int) -> list[tuple[int, ...]] | None:
    found: list[tuple[int, ...]] = []
    for counts in _counts(loads, most, slots):
        left = slots - sum(count * load for count, load in zip(counts, loads, strict=True))
        if all(count == limit or load > left for count, limit, load in zip(counts, most, loads, strict=True)):
            found.append(counts)
        if len(found) > MOST_FILLS_EACH:
            return None
    return found


def _counts(loads: list[int], most: tuple[int, ...], left: int) -> Iterator[tuple[int, ...]]:
    """Counts by load that fit, of the lightest as many as do."""
    if len(loads) == 1:
        yield (min(most[0], left // loads[0]),)
        return
    for count in range(min(most[-1], left // loads[-1]), -1, -1):
        for others in _counts(loads[:-1], most[:-1], left - count * loads[-1]):
            yield (*others, count)


def valued(fills: Fills, net: FloatArray, employees: int, extra: FloatArray | float = 0.0) -> Valued:
    """What fills are worth when each pair is worth its `net`, and a fill `extra`; pairs below 0 are left out."""
    useful = np.flatnonzero(net > 0)
    order = useful[np.lexsort((-net[useful], fills.group[useful]))]
    count = np.bincount(fills.group[order], minlength=fills.group_employee.size)
    start = np.cumsum(count) - count
    total = np.concatenate(([0.0], np.cumsum(net[order])))
    first, size = start[fills.entry_group], count[fills.entry_group]
    taken = total[first + np.minimum(fills.entry_count, size)] - total[first]
    is_full = fills.entry_count <= size
    last = np.zeros(taken.size)
    last[is_full] = net[order[(first + fills.entry_count - 1)[is_full]]]
    of_fill: FloatArray = np.bincount(fills.entry_fill, weights=taken, minlength=fills.employee.size).astype(np.float64)
    of_fill += extra
    of_employee = np.zeros(employees)
    np.maximum.at(of_employee, fills.employee, of_fill)
    return Valued(of_fill, of_employee, last)


def losses(fills: Fills, worth: Valued, net: FloatArray) -> FloatArray:
    """What each pair loses for certain: its employee's best fill, less the best one with the pair in it."""
    behind = (worth.of_employee[fills.employee] - worth.of_fill)[fills.entry_fill]
    starts = np.searchsorted(fills.entry_group, np.arange(fills.group_employee.size + 1))
    lost = np.full(net.size, np.inf)
    for rank in range(int(np.diff(starts).max(initial=0))):
        entry = starts[:-1] + rank
        has = entry < starts[1:]
        at = np.where(has, entry, 0)[fills.group]
        here = behind[at] + np.maximum(worth.last[at] - net, 0.0)
        lost = np.where(has[fills.group], np.minimum(lost, here), lost)
    return lost
