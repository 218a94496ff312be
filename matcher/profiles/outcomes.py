"""What a customer's own contacts tell of their value system: weak evidence, off by default.

`P(y=1 | k, e) = σ(b_intent + b_e + (B q_e)_k)`: were the customer of system k, employee e would have succeeded so
often. What the outcomes say is tempered, decayed, and never counted twice.
One person's outcomes do not reveal their system: after 20 contacts 20 % are right with 20-point effects, where chance
is 12.5 % (simulated). Hence the small weight, and the prior when in doubt.

Source: profiling.md sections 1.8 and 5; tempering: Bissiri, Holmes and Walker, A general framework for updating belief
distributions (2016), doi 10.1111/rssb.12158.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import Fault, InvalidInput, invalid
from matcher.profiles.evidence import Source
from matcher.profiles.framework import Facet

Floats = NDArray[np.float64]

TEMPER = 0.5  # colours8: outcomes of one person are not independent, and the chemistry is itself an estimate (design)


@dataclass(frozen=True, slots=True, eq=False)
class ContactOutcomes:
    """One customer's rated contacts. Raises InvalidInput where a value is built that cannot be.

    `is_good`: 0 or 1 for each of n contacts (a complaint or giving up is 0). `age_days`: how long ago, 0 or more.
    `main_effect`: logits of intent and employee without any chemistry. `chemistry`: n × K, row i is `B q_e` in logits
    for the employee of contact i, so what would be added were the customer purely of system k.

    The main effects must be fitted first, on everyone's contacts: left out, the systems of employees who are good
    with everybody would look like the customer's own.
    """

    is_good: Floats
    age_days: Floats
    main_effect: Floats
    chemistry: Floats

    def __post_init__(self) -> None:
        columns = (self.is_good, self.age_days, self.main_effect, self.chemistry)
        if self.chemistry.ndim != 2 or any(column.shape != (len(self.chemistry),) for column in columns[:3]):
            raise invalid("/outcomes", "wrong_length", "each contact needs an outcome, an age, an effect and K numbers")
        faults = []
        if not all(np.isfinite(column).all() for column in columns):
            faults.append(Fault("/outcomes", "out_of_range", "every number of an outcome must be finite"))
        if not np.isin(self.is_good, (0.0, 1.0)).all():
            faults.append(Fault("/is_good", "out_of_range", "an outcome is 0 or 1"))
        if (self.age_days < 0).any():
            faults.append(Fault("/age_days", "out_of_range", "an outcome cannot lie ahead"))
        if faults:
            raise InvalidInput(faults)


@dataclass(frozen=True, slots=True)
class OutcomeShare:
    """What all outcomes together say: a share (sums to 1) and its weight in pseudo-counts, at most the source's cap.

    It replaces what was said before and counts from the moment the ages were taken at; it is not added to.
    """

    share: tuple[float, ...]
    weight: float


def outcome_share(facet: Facet, outcomes: ContactOutcomes) -> OutcomeShare:
    """The share that outcomes speak for, and how loud: with none of them, or none that tell anything, weight 0.

    `L_k = Σ_i temper·2^(−age_i/h)·ln P(y_i | k)`; x = softmax(ln π + L); w = cap·min(1, KL(x‖π)/ln K). The framework
    file gives the source's temper (.5 where it gives none), half-life h and cap.
    Raises InvalidInput `wrong_length` (not K columns) or `source_not_accepted` (the facet takes no outcomes).
    """
    if outcomes.chemistry.shape[1] != facet.size:
        raise invalid("/chemistry", "wrong_length", f"facet {facet.id} has {facet.size} categories")
    terms = facet.terms(Source.OUTCOME.value)
    temper = TEMPER if terms.temper is None else terms.temper
    logits = outcomes.main_effect[:, None] + outcomes.chemistry
    signs = 2.0 * outcomes.is_good - 1.0
    decays = np.exp2(-outcomes.age_days / terms.half_life_days)
    evidence = temper * decays @ -np.logaddexp(0.0, -signs[:, None] * logits)  # ln σ(±logit)
    prior = np.array(facet.prior_mean)
    share = _softmax(np.log(prior) + evidence)
    weight = terms.cap * min(1.0, _divergence(share, prior) / math.log(facet.size))
    return OutcomeShare(tuple(share.tolist()), weight)


def chemistry_of(affinity: ArrayLike, employee_share: ArrayLike) -> Floats:
    """`B q_e` for each contact: K × K logits, rows customer and columns employee, times n × K shares; n × K.

    Rows and columns of B are made to sum to 0 first, so that no employee is favoured for who they are.
    """
    logits = np.asarray(affinity, dtype=np.float64)
    centred = logits - logits.mean(axis=0) - logits.mean(axis=1, keepdims=True) + logits.mean()
    chemistry: Floats = np.asarray(employee_share, dtype=np.float64) @ centred.T
    return chemistry


def _softmax(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max())
    share: Floats = raised / raised.sum()
    return share


def _divergence(share: Floats, prior: Floats) -> float:
    """KL(share‖prior) in nats; at 0, 0·ln 0 is 0. Rounding never makes it negative."""
    told = share > 0
    return max(0.0, float((share[told] * np.log(share[told] / prior[told])).sum()))
