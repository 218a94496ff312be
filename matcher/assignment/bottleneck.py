"""Why not, and what would help? The contacts that cannot all be served because too few slots stand behind them.

Source: Hall 1935, doi 10.1112/jlms/s1-10.37.26, with capacities; alternating search from an unserved contact, over a
largest matching of all others (Berge 1957, doi 10.1073/pnas.43.9.842).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from matcher.assignment.kinds import Kinds, kinds_of
from matcher.assignment.problem import BoolArray, IntArray, Problem
from matcher.errors import Fault, InvalidInput, invalid

# Where each full employee is contested, a flow a piece tells how many slots would do: about 75 ms for a million pairs.
MOST_LOOKED_AT, FEWEST_LOOKED_AT, PAIRS_LOOKED_AT = 64, 2, 4_000_000


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """`contacts` can only go to `employees`, whose slots are `short` too few for them all.

    No proper part of `contacts` is a bottleneck: take any one away and the rest can be served together.
    """

    contacts: tuple[int, ...]
    employees: tuple[int, ...]
    short: int


@dataclass(frozen=True, slots=True)
class Opening:
    """Any one of `employees`, made eligible for `contact`, is enough. `mask` names what alone forbids it so far.

    `contact` is the one asked about where that works, else another of the bottleneck, who makes room by moving there.
    """

    contact: int
    employees: tuple[int, ...]
    mask: str | None = None


@dataclass(frozen=True, slots=True)
class MoreSlots:
    """So many slots more at any one of `employees` are enough, and fewer there are not.

    Where others wait for the same slots they are counted too, and in very large problems not every employee is tried.
    """

    slots: int
    employees: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fix:
    """What would let the contact be served without serving fewer others.

    `openings` cost one pair each; the one with most employees to choose from comes first. `more_slots` is `None` where
    nobody may serve the contact at all. Both are empty where only an opening and a slot together would help.
    `short_of_all` counts the slots missing for everybody who depends on the bottleneck's employees alone.
    """

    bottleneck: Bottleneck
    openings: tuple[Opening, ...]
    more_slots: MoreSlots | None
    short_of_all: int

    @property
    def cheapest(self) -> Opening | MoreSlots | None:
        """The change of least count: one pair, or else slots."""
        return self.openings[0] if self.openings else self.more_slots


def bottleneck(problem: Problem, contact: int) -> Bottleneck | None:
    """An inclusion-minimal bottleneck with `contact` in it; `None` where it can be served without serving fewer others.

    Every eligible pair counts, whatever it is worth: a contact left unassigned for its value alone has no bottleneck.
    Where loads differ within an employee, its slots count as if all were filled at the smallest load: what is
    reported is then a bottleneck indeed, though one that hides in the larger loads can be missed.

    Raises InvalidInput (index_out_of_range) for a contact that is not in the problem.
    """
    return _searched(problem, contact).found


def cheapest_fix(
    problem: Problem,
    contact: int,
    *,
    masks: Mapping[str, ArrayLike] | None = None,
    demand_of: ArrayLike | None = None,
) -> Fix | None:
    """What would free the contact; `None` where nothing is in its way.

    `masks` name what forbids pairs: True where it does, contacts × employees; or demands × employees, with `demand_of`
    telling each contact's demand. A mask is relaxed alone: pairs that another one forbids too stay forbidden. Without
    masks any forbidden pair may be opened.

    Raises InvalidInput: index_out_of_range, shapes_disagree.
    """
    search = _searched(problem, contact)
    if search.found is None:
        return None
    rows = np.arange(problem.shape[0]) if demand_of is None else np.asarray(demand_of)
    checked = _checked(masks, rows, problem.shape)
    return Fix(
        search.found,
        tuple(_openings(search, checked, rows)),
        _more_slots(search),
        search.kinds.short_of_all(search.full),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """The bottleneck of `contact`, if any, in the matching that it was found in; `full`: its employees."""

    kinds: Kinds
    contact: int
    found: Bottleneck | None
    full: BoolArray


def _searched(problem: Problem, contact: int) -> _Search:
    if not 0 <= contact < problem.shape[0]:
        raise invalid("/contact", "index_out_of_range", f"There is no contact {contact} among {problem.shape[0]}.")
    kinds = kinds_of(problem, without=contact)
    full = kinds.reached_from(kinds.kind_of[contact])
    if (kinds.free & full).any():
        return _Search(kinds, contact, None, full)
    rivals = kinds.served_by(full)
    members = np.sort(np.append(rivals, contact))
    employees = np.flatnonzero(full)
    short = members.size - int(kinds.room[employees].sum())
    return _Search(kinds, contact, Bottleneck(tuple(members.tolist()), tuple(employees.tolist()), short), full)


def _openings(search: _Search, masks: Mapping[str | None, BoolArray], rows: IntArray) -> list[Opening]:
    """For each mask the pairs that it alone forbids, and through which a free slot is reached."""
    helpful = search.kinds.leading_to_free()
    if not helpful.any():
        return []
    found = [_opening(search, name, mask, rows, helpful) for name, mask in masks.items()]
    return sorted((one for one in found if one is not None), key=lambda one: -len(one.employees))


def _opening(search: _Search, name: str | None, mask: BoolArray, rows: IntArray, helpful: BoolArray) -> Opening | None:
    """For the contact itself; or for one of its bottleneck whose slot nobody else waits for."""
    kinds = search.kinds
    assert search.found is not None
    others = [one for one in search.found.contacts if one != search.contact]
    uncontested = np.array(others, np.int64)[~kinds.contested(np.array(others, np.int64))]
    tried: set[tuple[int, int]] = set()
    for contact in (search.contact, *uncontested.tolist()):
        kind = int(kinds.kind_of[contact])
        if (kind, int(rows[contact])) in tried:
            continue
        tried.add((kind, int(rows[contact])))
        employees = np.flatnonzero(mask[rows[contact]] & helpful & ~kinds.eligible(kind))
        if employees.size:
            return Opening(contact, tuple(employees.tolist()), name)
    return None


def _more_slots(search: _Search) -> MoreSlots | None:
    """One slot where nobody else waits for it; else one more than wait for it, where fewest do."""
    full = np.flatnonzero(search.full)
    if full.size == 0:
        return None
    awaited = search.kinds.awaited()
    at_once = full[~awaited[full]]
    if at_once.size:
        return MoreSlots(1, tuple(at_once.tolist()))
    kinds = search.kinds
    own = kinds.eligible(int(kinds.kind_of[search.contact]))
    looked_at = full[np.argsort(~own[full], kind="stable")]  # whoever may serve the contact itself comes first
    budget = max(FEWEST_LOOKED_AT, min(MOST_LOOKED_AT, PAIRS_LOOKED_AT // max(kinds.kind.size, 1)))
    enough = {int(one): kinds.slots_that_free(int(one)) for one in looked_at[:budget]}
    slots = {one: count for one, count in enough.items() if count is not None}
    least = min(slots.values())
    return MoreSlots(least, tuple(sorted(one for one, count in slots.items() if count == least)))


def _checked(
    masks: Mapping[str, ArrayLike] | None, rows: IntArray, shape: tuple[int, int]
) -> Mapping[str | None, BoolArray]:
    """For each mask the pairs that it forbids and no other one does. Raises InvalidInput where shapes disagree."""
    if rows.shape != (shape[0],) or rows.dtype.kind not in "iu" or (rows < 0).any():
        raise invalid("/demand_of", "shapes_disagree", f"demand_of must hold {shape[0]} indices of demands.")
    demands = int(rows.max(initial=-1)) + 1
    if masks is None:
        return {None: np.ones((demands, shape[1]), np.bool_)}
    arrays: dict[str | None, BoolArray] = {name: np.asarray(mask, dtype=np.bool_) for name, mask in masks.items()}
    faults = [
        Fault(f"/masks/{name}", "shapes_disagree", f"{name} is {mask.shape}, but {(demands, shape[1])} is needed.")
        for name, mask in arrays.items()
        if mask.ndim != 2 or mask.shape[0] < demands or mask.shape[1] != shape[1]
    ]
    if faults:
        raise InvalidInput(faults)
    reasons = np.zeros((demands, shape[1]), np.int64)
    for mask in arrays.values():
        reasons += mask[:demands]
    return {name: mask[:demands] & (reasons == 1) for name, mask in arrays.items()}
