"""Which category is the largest, and between what bounds each share lies, without random numbers.

P(k is the largest) = ∫ Π_{j≠k} F_j(x) f_k(x) dx with F_j, f_j of the Gamma(α_j, 1) distribution (a Dirichlet is made of
such). All K integrals are taken over one grid, x = F_l⁻¹(u) with l the largest α and 64 Gauss–Legendre nodes u, so that
P_k = ∫₀¹ Π_{j≠k} F_j(x) · f_k(x)/f_l(x) du. On it every F_j ≥ u, hence no logarithm is of 0.
Source: profiling.md section 3.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NODES = 64
INTERVAL = (0.05, 0.95)
TINY = 1e-280  # below this a quantile underflows; there F(x) = x^α/Γ(α + 1) to the last digit
CHUNK = 1024  # people integrated at once: chunk × K × 64 numbers stay in the processor's cache


def leading_probabilities(alpha: Floats) -> Floats:
    """P(k is the largest) for each k of a Dirichlet(α), or of many (… × K); the K sum to 1."""
    rows = alpha.reshape(-1, alpha.shape[-1])
    chunks = [_leading(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK)]
    chances = np.concatenate(chunks) if chunks else np.empty_like(rows)
    return chances.reshape(alpha.shape)


def share_intervals(alpha: Floats) -> Floats:
    """The central 90 % of each share, Beta(α_k, A − α_k): n × K × 2.

    Where nearly all mass lies at an end, the mean may lie outside its own quantiles; the interval then reaches it.
    """
    from scipy.special import betaincinv  # here: reading a profile needs it, starting a process does not

    total = alpha.sum(axis=-1, keepdims=True)
    share = (alpha / total)[..., None]
    bounds = betaincinv(alpha[..., None], (total - alpha)[..., None], np.array(INTERVAL))
    low = np.fmin(bounds[..., :1], share)
    high = np.fmax(bounds[..., 1:], share)
    intervals: Floats = np.concatenate([low, high], axis=-1)
    return intervals


def _leading(alpha: Floats) -> Floats:
    from scipy.special import gammaincinv, gammaln  # here for the same reason as in share_intervals

    nodes, weights = _gauss_legendre()
    leader = alpha.max(axis=1, keepdims=True)
    quantiles = gammaincinv(leader, nodes)
    log_below_leader = (np.log(nodes) + gammaln(leader + 1.0)) / leader  # of x, where x is tiny
    log_x = np.where(quantiles > TINY, np.log(np.maximum(quantiles, TINY)), log_below_leader)
    log_cdf = _log_cdf(alpha[:, :, None], quantiles[:, None, :], log_x[:, None, :])  # people × K × nodes
    log_gamma = gammaln(alpha)
    ratio = (alpha - leader)[:, :, None] * log_x[:, None, :] + (gammaln(leader) - log_gamma)[:, :, None]
    exponent = log_cdf.sum(axis=1, keepdims=True) - log_cdf + ratio
    chances = np.exp(exponent) @ weights
    normalised: Floats = chances / chances.sum(axis=1, keepdims=True)
    return normalised


def _log_cdf(alpha: Floats, x: Floats, log_x: Floats) -> Floats:
    from scipy.special import gammainc, gammaln

    below: Floats = np.log(np.maximum(gammainc(alpha, x), TINY))
    if (x > TINY).all():
        return below
    tiny: Floats = np.minimum(0.0, alpha * log_x - gammaln(alpha + 1.0))
    return np.where(x > TINY, below, tiny)


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    """Nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return (nodes + 1.0) / 2.0, weights / 2.0
