"""What serves: the learnt weights as arrays. It needs numpy and nothing that trained it.

A score is a main effect of the contact, one of the employee, and `C @ (W @ E.T)`, the employees' half made once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.features import FeatureMap, Side
from matcher.compatibility.handle_time import HandleTime
from matcher.compatibility.keys import keys_of, places_of
from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.sigmoid_calibration import Calibration
from matcher.compatibility.thin_product import thin_product

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.intp]
Keys = NDArray[np.uint64]
Words = Sequence[str | None]

MAIN = 1  # the column of a contact's `rows` that holds its main effects
DEVIATIONS_90 = 1.6448536269514722  # of a normal: the interval holds 90 %
PAIRS_AT_ONCE = 20_000
SMALLEST_SHARE = 1e-7  # of the largest singular value: what single precision cannot tell from nothing


@dataclass(frozen=True, slots=True, eq=False)
class PeopleEffects:
    """Effects of single people: their keys, ascending, their effects in logits, and the prior spread of a new one."""

    keys: Keys
    effects: Floats
    spread: float

    def of(self, ids: Sequence[str]) -> tuple[Floats, Ints]:
        """The effect of each, 0 for whoever is new, and the place (one past the end for the new)."""
        places = places_of(keys_of(ids), self.keys)
        return np.append(self.effects, 0.0)[places], places


@dataclass(frozen=True, slots=True, eq=False)
class ContactHalf:
    """The contacts' half of every score: `rows` (n × r) for the product, and what `interval` needs."""

    rows: Singles
    side: Side
    places: Ints


@dataclass(frozen=True, slots=True, eq=False)
class EmployeeHalf:
    """The employees' half of every score: `columns` (r × m) for the product, and what `interval` needs."""

    columns: Singles
    side: Side
    places: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Probabilities of a good outcome with 90 % intervals; all three of one shape."""

    probability: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceSpread:
    """The posterior covariance of what chooses between employees: `features` (q × q) of their main effects and of pair
    features; of each known employee's own effect `across` to those (E × q), and its variance `own` (E)."""

    features: Floats
    across: Floats
    own: Floats


@dataclass(frozen=True, eq=False)  # without slots: the matrix between the sides is made once and kept
class Scorer:
    """Learnt weights. `weights` follow `features.all_features`; `factor` L gives the covariance LLᵀ of (intercept,
    features, employees); `customer_variance` is each known customer's own."""

    features: FeatureMap
    intercept: float
    weights: Floats
    customers: PeopleEffects
    employees: PeopleEffects
    factor: Floats
    customer_variance: Floats
    calibration: Calibration
    handle_time: HandleTime | None = None

    def employee_half(self, employees: PeopleTable) -> EmployeeHalf:
        """The half of the work that depends on employees only: make it once, keep it until one of them changes."""
        return self.employee_half_of(self.features.right(employees), employees.ids)

    def employee_half_of(self, side: Side, ids: Sequence[str]) -> EmployeeHalf:
        """The same of employees whose side is made already."""
        effects, places = self.employees.of(ids)
        start = len(self.features.left_features)
        main = side.main @ self.weights[start : start + side.main.shape[1]] + effects
        thin = self._thin[1] @ side.pair.T
        ones = np.ones((1, len(ids)))
        columns = np.ascontiguousarray(np.vstack([main[None, :], ones, thin]), dtype=np.float32)
        return EmployeeHalf(columns, side, places)

    def contact_half(
        self, customers: PeopleTable, intents: Words | None = None, channels: Words | None = None
    ) -> ContactHalf:
        """The half that depends on the contacts; intent and channel are those asked for, where known."""
        side = self.features.left(customers, intents, channels)
        effects, places = self.customers.of(customers.ids)
        main = self.intercept + side.main @ self.weights[: side.main.shape[1]] + effects
        columns = [np.ones(len(customers)), main, side.pair @ self._thin[0]]
        return ContactHalf(np.ascontiguousarray(np.column_stack(columns), dtype=np.float32), side, places)

    def logits(self, contacts: ContactHalf, employees: EmployeeHalf, out: Singles | None = None) -> Singles:
        """Every score before calibration, contacts × employees: what ranks, at the price of one thin product.

        `thin_product.warm_up` makes it quicker for whoever scores thousands of people at once.
        """
        return thin_product(contacts.rows, employees.columns, out)

    def probability(self, contacts: ContactHalf, employees: EmployeeHalf) -> Floats:
        """P(good outcome) of every pair in (0, 1): contacts × employees."""
        return self.calibration.probability(self.logits(contacts, employees))

    def scored(self, contacts: ContactHalf, employees: EmployeeHalf) -> Scored:
        """Probability and 90 % interval of every pair: contacts × employees. Takes as long as its pairs are many."""
        n, m = len(contacts.side), len(employees.side)
        rows, columns = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
        flat = self.scored_pairs(contacts, employees, rows, columns)
        return Scored(*(each.reshape(n, m) for each in (flat.probability, flat.low, flat.high)))

    def scored_pairs(self, contacts: ContactHalf, employees: EmployeeHalf, rows: Ints, columns: Ints) -> Scored:
        """Probability and 90 % interval of the pairs (contact `rows[i]`, employee `columns[i]`)."""
        logits, spread = np.empty(len(rows)), np.empty(len(rows))
        for start in range(0, len(rows), PAIRS_AT_ONCE):
            piece = slice(start, start + PAIRS_AT_ONCE)
            u, v = rows[piece], columns[piece]
            design = self.features.design(contacts.side.take(u), employees.side.take(v))
            logits[piece] = (contacts.rows[u] * employees.columns[:, v].T).sum(axis=1)
            spread[piece] = self._spread(design, contacts.places[u], employees.places[v])
        low, high = logits - DEVIATIONS_90 * spread, logits + DEVIATIONS_90 * spread
        return Scored(*map(self.calibration.probability, (logits, low, high)))

    def _spread(self, design: Floats, customers: Ints, employees: Ints) -> Floats:
        """Posterior standard deviation of each logit; people not met in training add all of their prior's."""
        columns = 1 + design.shape[1]
        shadow = self.factor[0] + design @ self.factor[1:columns]
        met = employees < len(self.employees.keys)
        shadow[met] += self.factor[columns + employees[met]]
        variance = (shadow**2).sum(axis=1) + np.where(met, 0.0, self.employees.spread**2)
        variance += np.append(self.customer_variance, self.customers.spread**2)[customers]
        spread: Floats = np.sqrt(variance)
        return spread

    @cached_property
    def pair_matrix(self) -> Floats:
        """The matrix W between the sides (b × b')."""
        start = len(self.features.left_features) + len(self.features.right_features)
        return self.features.pair_weights(self.weights[start:])

    @cached_property
    def choice_spread(self) -> ChoiceSpread:
        """How unsure it is of what chooses between employees."""
        start, columns = 1 + len(self.features.left_features), 1 + len(self.features.all_features)
        features, own = self.factor[start:columns], self.factor[columns:]
        return ChoiceSpread(features @ features.T, own @ features.T, (own**2).sum(axis=1))

    @cached_property
    def _thin(self) -> tuple[Floats, Floats]:
        """W as a product of two thin matrices (b × r, r × b'), as thin as its rank allows."""
        left, sizes, right = np.linalg.svd(self.pair_matrix, full_matrices=False)
        kept = sizes > SMALLEST_SHARE * sizes.max(initial=0.0)
        return left[:, kept] * sizes[kept], right[kept]

    @property
    def fits_together(self) -> bool:
        """Whether its arrays have the sizes that its features and people ask for, and are numbers."""
        columns, people = 1 + len(self.features.all_features), len(self.employees.keys)
        sizes = [
            self.weights.shape == (columns - 1,),
            self.factor.ndim == 2 and self.factor.shape[0] == columns + people,
            self.employees.effects.shape == (people,),
            self.customers.effects.shape == self.customers.keys.shape == self.customer_variance.shape,
            self.calibration.knots.ndim == 2 and self.calibration.knots.shape[1] == 2,
        ]
        return all(sizes) and bool(np.isfinite(self.weights).all() and np.isfinite(self.intercept))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Its numbers, none of them objects."""
        arrays: dict[str, NDArray[Any]] = {
            "weights": np.append(self.intercept, self.weights),
            "customer_keys": self.customers.keys,
            "customer_effects": self.customers.effects,
            "customer_variance": self.customer_variance,
            "employee_keys": self.employees.keys,
            "employee_effects": self.employees.effects,
            "effect_spreads": np.array([self.customers.spread, self.employees.spread]),
            "factor": self.factor.astype(np.float32),
            "calibration": np.array([self.calibration.slope, self.calibration.shift, float(self.calibration.rows)]),
            "calibration_knots": self.calibration.knots,
        }
        if self.handle_time is not None:
            arrays["handle_keys"] = self.handle_time.employee_keys
            arrays["handle_log_seconds"] = self.handle_time.log_seconds
            arrays["handle_noise"] = np.array([self.handle_time.noise])
        return arrays

    def to_document(self) -> dict[str, Any]:
        """Its words, as JSON takes them."""
        return {
            "features": self.features.to_document(),
            "calibration": self.calibration.kind,
            "handle_intents": None if self.handle_time is None else list(self.handle_time.intents),
        }

    @staticmethod
    def from_parts(document: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> "Scorer":
        """The scorer that `to_document` and `to_arrays` told of."""
        spreads = arrays["effect_spreads"].tolist()
        slope, shift, rows = arrays["calibration"].tolist()
        handle = None
        if document["handle_intents"] is not None:
            intents, noise = tuple(document["handle_intents"]), float(arrays["handle_noise"][0])
            handle = HandleTime(intents, arrays["handle_keys"], arrays["handle_log_seconds"], noise)
        return Scorer(
            features=FeatureMap.from_document(document["features"]),
            intercept=float(arrays["weights"][0]),
            weights=arrays["weights"][1:],
            customers=PeopleEffects(arrays["customer_keys"], arrays["customer_effects"], spreads[0]),
            employees=PeopleEffects(arrays["employee_keys"], arrays["employee_effects"], spreads[1]),
            factor=arrays["factor"].astype(float),
            customer_variance=arrays["customer_variance"],
            calibration=Calibration(document["calibration"], slope, shift, arrays["calibration_knots"], int(rows)),
            handle_time=handle,
        )
