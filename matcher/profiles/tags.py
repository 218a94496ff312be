"""Statements about a person made shares: a tag of one or two value systems, or a whole distribution.

Source: profiling.md section 5 (dominant .6, secondary .25, the rest evenly); trust.md, bad input 31–35.
"""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from matcher.errors import Fault, InvalidInput, invalid, pointer_to
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import Facet
from matcher.profiles.people import EMPLOYEE

DOMINANT = 0.6
SECONDARY = 0.25
SUM_TOLERANCE = 0.01
ROUNDING = 1e-9  # so that 0.99 written as ten decimal shares is still 0.99


@dataclass(frozen=True, slots=True)
class Tag:
    """What someone says of a person's value systems: the dominant one (and a secondary), or the whole share."""

    dominant: str | None = None
    secondary: str | None = None
    share: Mapping[str, float] | None = None


def tag_share(facet: Facet, dominant: str, secondary: str | None = None) -> tuple[float, ...]:
    """The share a tag stands for: .6, .25 and the rest evenly; sums to 1.

    Raises InvalidInput `unknown_value_system` listing the names, or `same_value_system`.
    """
    named = {"/dominant": dominant} | ({} if secondary is None else {"/secondary": secondary})
    faults = [facet.unknown(name, pointer) for pointer, name in named.items() if name not in facet.dims]
    if dominant == secondary:
        faults.append(Fault("/secondary", "same_value_system", "the secondary must differ from the dominant one"))
    if faults:
        raise InvalidInput(faults)
    share = {dominant: DOMINANT} | ({} if secondary is None else {secondary: SECONDARY})
    others = facet.size - len(share)
    rest = (1.0 - sum(share.values())) / others if others else 0.0
    total = math.fsum(share.values()) + rest * others
    return tuple(share.get(dim, rest) / total for dim in facet.dims)


def full_share(facet: Facet, share: Mapping[str, float], pointer: str) -> tuple[float, ...]:
    """The share in the facet's order, scaled to sum to 1; a category left out is 0, as is a number too small to hold.

    Raises InvalidInput with every fault: `unknown_value_system` for each unknown name, `not_a_distribution` for a
    number below 0 or not finite, and for a sum outside 1 ± 0.01.
    """
    faults = [facet.unknown(name, pointer_to(pointer, name)) for name in share if name not in facet.dims]
    numbers = {name: _plain(number) for name, number in share.items()}
    for name, number in numbers.items():
        if not 0 <= number < math.inf:
            detail = "a share is a number from 0 to 1"
            faults.append(Fault(pointer_to(pointer, name), "not_a_distribution", detail))
    if faults:
        raise InvalidInput(faults)
    total = sum(numbers.values())
    if abs(total - 1.0) > SUM_TOLERANCE + ROUNDING:
        raise invalid(pointer, "not_a_distribution", f"shares must sum to 1 (within 0.01), not to {total:.4g}")
    scale = 1.0 if abs(total - 1.0) <= ROUNDING else total  # what is whole already comes back to the digit
    return tuple(numbers.get(dim, 0.0) / scale for dim in facet.dims)


def share_of(facet: Facet, tag: Tag) -> tuple[float, ...]:
    """The share a tag stands for, in either of its two forms. Raises InvalidInput when it has none or both."""
    if tag.share is not None and tag.dominant is None and tag.secondary is None:
        return full_share(facet, tag.share, "/share")
    if tag.share is None and tag.dominant is not None:
        return tag_share(facet, tag.dominant, tag.secondary)
    raise invalid("", "one_of", "give either dominant (and secondary), or share")


def hr_tag(
    facet: Facet,
    share: tuple[float, ...],
    *,
    framework: str,
    employee_id: str,
    actor: str,
    reason: str,
    now: datetime,
    new_id: Callable[[], str],
    source: Source = Source.HR_TAG,
) -> Evidence:
    """The evidence of a tag on an employee, worth the whole cap of its source; once folded it replaces the former."""
    return Evidence(
        id=new_id(),
        who=EMPLOYEE,
        subject_id=employee_id,
        framework=framework,
        facet=facet.id,
        source=source,
        occurred_at=now,
        recorded_at=now,
        share=share,
        weight=facet.terms(source.value).weight,
        actor=actor,
        reason=reason,
    )


def _plain(number: float) -> float:
    """The number as a float; −0.0 and subnormal numbers are 0, and what is no number is NaN."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        return math.nan
    try:
        plain = float(number)
    except OverflowError:
        return math.inf
    return 0.0 if abs(plain) < sys.float_info.min else plain
