"""Refusals and boosts laid over contacts × employees, without a look at each pair for each rule."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.rules.apply import Boost, Refusal
from matcher.rules.conditions import Bools

LIGHT = 16  # a rule for fewer contacts than one in so many is laid over their rows alone
WORD = 64  # refusals told apart by one number
FEW = 8  # boosts that are added up first, for each of at most 256 ways in which a contact may meet them


def refuse(pairs: Bools, refusals: Sequence[Refusal]) -> None:
    """Take the refused pairs out of `pairs` (contacts × employees), in place."""
    heavy = []
    for one in refusals:
        if not _is_light(one.contacts):
            heavy.append(one)
            continue
        pairs[one.contacts] &= ~one.employees
    for start in range(0, len(heavy), WORD):
        part = heavy[start : start + WORD]
        kind = np.min_scalar_type(2 ** len(part) - 1)
        of_contact, of_employee = (_words([getattr(one, side) for one in part], kind) for side in SIDES)
        pairs &= (of_contact[:, None] & of_employee[None, :]) == 0


def add_boosts(total: NDArray[np.float64], boosts: Sequence[Boost]) -> None:
    """Add what the rules add to each pair's score, in place."""
    heavy = []
    for one in boosts:
        if not _is_light(one.contacts):
            heavy.append(one)
            continue
        total[one.contacts] += one.amount * one.employees
    for start in range(0, len(heavy), FEW):
        part = heavy[start : start + FEW]
        words, place = np.unique(_words([one.contacts for one in part], np.dtype(np.uint8)), return_inverse=True)
        together = np.zeros((len(words), total.shape[1]))
        for bit, one in enumerate(part):
            together[(words >> bit) & 1 == 1] += one.amount * one.employees
        total += together[place]


SIDES = ("contacts", "employees")


def _is_light(contacts: Bools) -> bool:
    return int(np.count_nonzero(contacts)) * LIGHT <= len(contacts)


def _words(masks: Sequence[Bools], kind: np.dtype[np.generic]) -> NDArray[np.unsignedinteger]:
    """A number for each contact or employee: bit k says whether mask k holds."""
    words: NDArray[np.unsignedinteger] = np.zeros(len(masks[0]), dtype=kind)
    for bit, mask in enumerate(masks):
        words[mask] |= words.dtype.type(1 << bit)
    return words
