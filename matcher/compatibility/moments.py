"""How well two fit and how sure that is, from two uncertain profiles: mean and variance of p'Bq, both exact.

For independent p (customer) and q (employee), Dirichlet with means m and concentrations A, and any K × K matrix B, with
Σ = (diag(m) − m m')/(A + 1): `E[p'Bq] = m_p' B m_q` and
`Var = m_p' B Σ_q B' m_p + m_q' B' Σ_p B m_q + tr(B Σ_q B' Σ_p)`.
A state (profiling.md section 7) shifts p to (1 − ρ)·p + ρ·v: the mean moves, and Σ shrinks by (1 − ρ)².
Each term is a product of people × K matrices, so n × m pairs take n × m numbers, never n × m × K × K.
Source: profiling.md sections 3 and 7.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.overlay import Shift

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """What is believed of n people: `mean` share as they are now (n × K), and of their covariance
    Σ = spread·(diag(trait) − trait trait') the `trait` (n × K, rows sum to 1) and the `spread` (n, 0 to 1).
    """

    mean: Floats
    trait: Floats
    spread: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PairMoments:
    """Mean and variance (0 or more) of p'Bq for every pair: customers × employees."""

    mean: Floats
    variance: Floats


def beliefs_of(alpha: Floats, shift: Shift | None = None) -> Beliefs:
    """The beliefs of people with these Dirichlet parameters (n × K), as their states shift them."""
    strength = alpha.sum(axis=1)
    trait = alpha / strength[:, None]
    spread = 1.0 / (strength + 1.0)
    if shift is None:
        return Beliefs(trait, trait, spread)
    return Beliefs(shift.of(trait), trait, spread * (1.0 - shift.rho) ** 2)


def pair_moments(customers: Floats | Beliefs, employees: Floats | Beliefs, affinity: Floats) -> PairMoments:
    """E[p'Bq] and Var[p'Bq] of every pair; each side is given as α (people × K), or as beliefs where states count.

    `affinity` is B, rows customer, columns employee.
    """
    p = customers if isinstance(customers, Beliefs) else beliefs_of(customers)
    q = employees if isinstance(employees, Beliefs) else beliefs_of(employees)
    of_employee = p.mean @ affinity  # B'm_p: what each system of an employee would be worth to the customer
    of_customer = q.mean @ affinity.T  # B m_q
    mean = of_employee @ q.mean.T
    by_employee = (of_employee**2) @ q.trait.T - (of_employee @ q.trait.T) ** 2
    by_customer = p.trait @ (of_customer**2).T - (p.trait @ of_customer.T) ** 2
    by_both = _trace(p.trait, q.trait, affinity)
    variance = by_employee * q.spread + by_customer * p.spread[:, None] + by_both * np.outer(p.spread, q.spread)
    return PairMoments(mean, np.maximum(variance, 0.0))


def _trace(p: Floats, q: Floats, affinity: Floats) -> Floats:
    """tr(B (diag(q) − qq') B' (diag(p) − pp')) for every pair."""
    across, back = p @ affinity, q @ affinity.T
    trace: Floats = p @ (affinity**2) @ q.T - p @ (back**2).T - (across**2) @ q.T + (across @ q.T) ** 2
    return trace
