"""P(good outcome) of every pair, learnt from outcomes, on scikit-learn's contract; serving needs `Scorer` only.

Source: learning.md section 1.

Of scikit-learn's `check_estimator` those checks apply that ask nothing of X and y: construction by default, parameters
got, set and kept, cloning, representation, no attribute set before `fit`, refusal before `fit`. The others call
`fit(X, y)` on one table of numbers; here a row is two people and what came of them, so `fit` takes three things, and
`predict_proba` gives customers × employees, not rows × classes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from matcher.compatibility.features import VALUE_MODES, learn_features
from matcher.compatibility.keys import keys_of
from matcher.compatibility.outcomes import Outcome, Outcomes, outcomes_of
from matcher.compatibility.people_table import PeopleTable, customer_table, employee_table
from matcher.compatibility.scorer import Scored, Words
from matcher.compatibility.splits import splits_of
from matcher.compatibility.training import check_enough, train
from matcher.errors import invalid
from matcher.profiles.framework import Framework
from matcher.profiles.people import Customer, Employee

Floats = NDArray[np.float64]
Customers = Sequence[Customer] | PeopleTable
Employees = Sequence[Employee] | PeopleTable


class PairClassifier(BaseEstimator):  # type: ignore[misc]  # scikit-learn publishes no types
    """Who fits whom, learnt from outcomes; deterministic for a given `seed`.

    `values` is off, main (main effects only), same, prior or learned; without `pairs` only main effects are learnt,
    without `effects` single people have none. A spread that is `None` is chosen on later outcomes: `interaction_spread`
    (logits a product of shares), `customer_spread` and `employee_spread` (logits), `trait_spread` and `pair_spread`
    (logits a standard deviation). `split` parts earlier from later: time, group, or auto (time where times differ).

    After `fit`: `scorer_` (what serves), `chosen_` (spreads), `tried_` (log-loss of each), `split_`, `classes_`.
    """

    def __init__(
        self, framework: Framework | None = None, *, values: str = "learned", pairs: bool = True, effects: bool = True,
        interaction_spread: float | None = None, customer_spread: float | None = None,
        employee_spread: float | None = None, trait_spread: float | None = None, pair_spread: float | None = None,
        split: str = "auto", seed: int = 0,
    ) -> None:  # fmt: skip
        self.framework = framework
        self.values = values
        self.pairs = pairs
        self.effects = effects
        self.interaction_spread = interaction_spread
        self.customer_spread = customer_spread
        self.employee_spread = employee_spread
        self.trait_spread = trait_spread
        self.pair_spread = pair_spread
        self.split = split
        self.seed = seed

    def fit(
        self, customers: Customers, employees: Employees, outcomes: Sequence[Outcome] | Outcomes
    ) -> "PairClassifier":
        """Learn from outcomes of these people. Raises InvalidInput for what cannot be learnt from, saying all why."""
        framework = self._checked()
        asking, staff = self._customers(customers), self._employees(employees)
        found = outcomes if isinstance(outcomes, Outcomes) else outcomes_of(outcomes, asking.ids, staff.ids)
        check_enough(found)
        asking, staff, found = _only_met(asking, staff, found)
        features = learn_features(asking, staff, found.intents, framework, values=self.values, pairs=self.pairs)
        splits = splits_of(found, split=self.split, rng=np.random.default_rng(self.seed))
        trained = train(features, asking, staff, found, splits, given=self._given(), effects=self.effects)
        self.scorer_ = trained.scorer
        self.chosen_ = trained.chosen
        self.tried_ = trained.tried
        self.split_ = splits[0].kind
        self.classes_ = np.array([0, 1])
        return self

    def decision_function(
        self, customers: Customers, employees: Employees, *, intents: Words | None = None, channels: Words | None = None
    ) -> NDArray[np.float32]:
        """Logits before calibration: customers × employees."""
        contacts, staff = self._halves(customers, employees, intents, channels)
        return self.scorer_.logits(contacts, staff)

    def predict_proba(
        self, customers: Customers, employees: Employees, *, intents: Words | None = None, channels: Words | None = None
    ) -> Floats:
        """P(good outcome) of every pair in (0, 1): customers × employees; `intents` and `channels` go by customer."""
        contacts, staff = self._halves(customers, employees, intents, channels)
        return self.scorer_.probability(contacts, staff)

    def score_pairs(
        self, customers: Customers, employees: Employees, *, intents: Words | None = None, channels: Words | None = None
    ) -> Scored:
        """P(good outcome) with its 90 % interval: customer i with employee i."""
        contacts, staff = self._halves(customers, employees, intents, channels)
        if len(contacts.side) != len(staff.side):
            raise invalid("/employees", "shapes_disagree", "score_pairs takes as many employees as customers")
        places = np.arange(len(staff.side))
        return self.scorer_.scored_pairs(contacts, staff, places, places)

    def predict_seconds(self, intents: Words, employees: Employees) -> Floats | None:
        """Expected handle seconds (intents × employees), `None` where outcomes told too few."""
        check_is_fitted(self)
        handle = self.scorer_.handle_time
        return None if handle is None else handle.seconds(intents, self._employees(employees).ids)

    def _halves(self, customers: Customers, employees: Employees, intents: Words | None, channels: Words | None) -> Any:
        check_is_fitted(self)
        contacts = self.scorer_.contact_half(self._customers(customers), intents, channels)
        return contacts, self.scorer_.employee_half(self._employees(employees))

    def _checked(self) -> Framework:
        if self.framework is None:
            raise invalid("/framework", "missing_field", "give a framework of value systems: PairClassifier(framework)")
        if self.values not in VALUE_MODES:
            detail = f"{self.values!r} is no mode of values; use one of: {', '.join(VALUE_MODES)}"
            raise invalid("/values", "unknown_mode", detail)
        return self.framework

    def _given(self) -> dict[str, float | None]:
        return {
            "interaction": self.interaction_spread,
            "customer": self.customer_spread,
            "employee": self.employee_spread,
            "trait": self.trait_spread,
            "pair": self.pair_spread,
        }

    def _customers(self, customers: Customers) -> PeopleTable:
        return customers if isinstance(customers, PeopleTable) else customer_table(customers, self._checked())

    def _employees(self, employees: Employees) -> PeopleTable:
        return employees if isinstance(employees, PeopleTable) else employee_table(employees, self._checked())


def _only_met(
    customers: PeopleTable, employees: PeopleTable, outcomes: Outcomes
) -> tuple[PeopleTable, PeopleTable, Outcomes]:
    """Only the people who met, in ascending order of their keys, and the outcomes by their new places."""
    kept, places = [], []
    for people, column in ((customers, outcomes.customer), (employees, outcomes.employee)):
        met = np.unique(column)
        order = met[np.argsort(keys_of([people.ids[place] for place in met]))]
        renumbered = np.zeros(len(people), dtype=np.intp)
        renumbered[order] = np.arange(len(order))
        kept.append(people.take(order))
        places.append(renumbered[column])
    return kept[0], kept[1], outcomes.at_places(places[0], places[1])
