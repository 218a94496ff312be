"""Loads with each kind of contact apart: whole numbers of places for each, near those wanted, then a transport.

Source: Floyd and Steinberg 1976 for the rounding.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.greedy import serve_greedily
from matcher.assignment.loaded import WHOLE, Loaded
from matcher.assignment.problem import FloatArray, IntArray, Pairs


@dataclass(frozen=True, slots=True, eq=False)
class LoadKinds:
    """Contacts of one kind take the same slots, the lightest are of kind 0."""

    problem: Loaded
    kind_of: IntArray  # of each contact
    load: IntArray  # kinds × employees: the most a contact of that kind takes there, 0 where none can go

    @classmethod
    def of(cls, problem: Loaded) -> "LoadKinds":
        """The kinds of a problem."""
        kind_of = _kinds(problem.pairs, problem.contacts)
        load = np.zeros((int(kind_of.max(initial=-1)) + 1, problem.capacity.size), dtype=np.int64)
        np.maximum.at(load, (kind_of[problem.pairs.contact], problem.pairs.employee), problem.load)
        return cls(problem, kind_of, load)


def wanted_by(kinds: LoadKinds, relaxed: Pairs, share: FloatArray) -> FloatArray:
    """How many contacts of each kind each employee takes in the relaxation: kinds × employees."""
    wanted = np.zeros(kinds.load.shape)
    np.add.at(wanted, (kinds.kind_of[relaxed.contact], relaxed.employee), share)
    return wanted


def guessed(kinds: LoadKinds) -> FloatArray:
    """The same without a relaxation: light contacts count as much as heavy ones and are served first, and employees
    share the heavy ones by how many of them they could take."""
    problem = kinds.problem
    wanted = np.zeros(kinds.load.shape)
    left = float(problem.capacity.sum())
    for kind, load in enumerate(kinds.load):
        contacts = np.unique(problem.pairs.contact[kinds.kind_of[problem.pairs.contact] == kind]).size
        usual = float(load[load > 0].mean()) if load.any() else 1.0
        served = min(contacts, left / usual)
        left -= served * usual
        mine = kinds.kind_of[problem.pairs.contact] == kind
        could = np.bincount(problem.pairs.employee[mine], minlength=problem.capacity.size).astype(np.float64)
        wanted[kind] = np.minimum(served * could / max(could.sum(), 1.0), problem.capacity / np.maximum(load, 1))
    return wanted


def by_kind(kinds: LoadKinds, wanted: FloatArray) -> IntArray:
    """Each kind gets whole numbers of each employee's places, near those wanted, and is then solved exactly.

    The heavier kinds choose first, the lightest fills what is left; slots that stay over are given out greedily.
    """
    problem = kinds.problem
    pairs, left = problem.pairs, problem.capacity.copy()
    employee_of = np.full(problem.contacts, -1, dtype=np.int64)
    for kind in range(len(wanted) - 1, -1, -1):  # numbered from the lightest
        load = kinds.load[kind]
        places = _places(wanted[kind], load, left, takes_all=kind == 0)
        mine = kinds.kind_of[pairs.contact] == kind
        unit = problem.unit_solver(replace(pairs.only(mine), load=None), problem.contacts, places)
        served = np.flatnonzero(unit.employee_of >= 0)
        employee_of[served] = unit.employee_of[served]
        np.subtract.at(left, employee_of[served], load[employee_of[served]])
    over = pairs.only((employee_of[pairs.contact] < 0) & (problem.load <= left[pairs.employee]))
    late = serve_greedily(over, problem.contacts, left)
    return np.where(employee_of >= 0, employee_of, late)


def _kinds(pairs: Pairs, contacts: int) -> IntArray:
    """Contacts of one kind take the same slots, as far as their least and most tell; the lightest kind is 0."""
    assert pairs.load is not None
    least = np.full(contacts, np.iinfo(np.int64).max)
    most = np.zeros(contacts, dtype=np.int64)
    np.minimum.at(least, pairs.contact, pairs.load)
    np.maximum.at(most, pairs.contact, pairs.load)
    _, kind_of = np.unique(np.stack((most, least), axis=1), axis=0, return_inverse=True)
    return np.asarray(kind_of, dtype=np.int64).reshape(contacts)


def _places(wanted: NDArray[Any], load: IntArray, left: IntArray, *, takes_all: bool) -> IntArray:
    """How many contacts of a kind each employee takes: whole numbers near those wanted, with their sum."""
    room = np.where(load > 0, left // np.maximum(load, 1), 0)
    if takes_all:
        return room
    whole = np.minimum(np.floor(wanted + WHOLE).astype(np.int64), room)
    over = np.where(whole < room, wanted - whole, 0.0)
    more = np.argsort(-over, kind="stable")[: max(int(np.rint(wanted.sum())) - int(whole.sum()), 0)]
    more = more[over[more] > 0]
    whole[more] += 1
    return whole
