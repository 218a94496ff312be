"""The one way from two people to numbers, in training and in serving: named columns with units, ranges and priors.

A pair's features are main effects of the contact and customer, main effects of the employee, and features of the two
together, which factor (see pair_parts). Effects of single customers and employees come on top, by their place.
Source: learning.md section 1; profiling.md section 11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.pair_parts import (
    Feature,
    PairPart,
    ValuesPart,
    learn_parts,
    part_document,
    part_from_document,
)  # fmt: skip
from matcher.compatibility.people_table import CHANNEL, PeopleTable
from matcher.compatibility.traits import Trait, learn_traits, levels_of, one_hot
from matcher.profiles.framework import Framework

FEATURES_SCHEMA = "klik-features/1"
MOST_INTENTS = 200
MOST_GROUPS = 200
VALUE_MODES = ("off", "main", "same", "prior", "learned")

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Words = Sequence[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of every pair: `main` effects (n × a) and `pair` columns (n × b) of n contacts or employees."""

    main: Floats
    pair: Floats

    def __len__(self) -> int:
        return len(self.main)

    def take(self, rows: Ints) -> "Side":
        """The people at these places."""
        return Side(self.main[rows], self.pair[rows])


@dataclass(frozen=True)  # without slots: its features are told once and kept
class FeatureMap:
    """What was learnt of the people trained on: levels, means and spreads. `has_values`: profiles are main effects."""

    dims: tuple[str, ...]
    channel_dims: tuple[str, ...]
    intents: tuple[str, ...]
    segments: tuple[str, ...]
    teams: tuple[str, ...]
    customer_traits: tuple[Trait, ...]
    employee_traits: tuple[Trait, ...]
    parts: tuple[PairPart, ...]
    has_values: bool

    @cached_property
    def left_features(self) -> tuple[Feature, ...]:
        """Main effects of contact and customer, in the order of `Side.main`."""
        channel = [Feature(f"channel={each}", "channel", "0 or 1", 0.0, 1.0) for each in self.channel_dims]
        fit = Feature("channel.fit", "margin", "preferred share − 1/C, 0 unknown", -1.0, 1.0)
        return (
            *(Feature(f"intent={each}", "intent", "0 or 1", 0.0, 1.0) for each in self.intents),
            *channel,
            fit,
            *(Feature(f"segment={each}", "segment", "0 or 1", 0.0, 1.0) for each in self.segments),
            *self._value_mains("customer"),
            *_trait_mains("customer", self.customer_traits),
        )

    @cached_property
    def right_features(self) -> tuple[Feature, ...]:
        """Main effects of employees, in the order of `Side.main`."""
        return (
            *(Feature(f"team={each}", "team", "0 or 1", 0.0, 1.0) for each in self.teams),
            *self._value_mains("employee"),
            *_trait_mains("employee", self.employee_traits),
        )

    @cached_property
    def pair_features(self) -> tuple[Feature, ...]:
        """Features of two people, their terms counted over all of `Side.pair`."""
        placed, u0, v0 = [], 0, 0
        for part, (width, height) in zip(self.parts, self.widths, strict=True):
            for each in part.features:
                terms = tuple((u + u0, v + v0, coefficient) for u, v, coefficient in each.terms)
                placed.append(replace(each, terms=terms))
            u0, v0 = u0 + width, v0 + height
        return tuple(placed)

    @cached_property
    def all_features(self) -> tuple[Feature, ...]:
        """Every column of `design`, in its order."""
        return (*self.left_features, *self.right_features, *self.pair_features)

    def left(self, people: PeopleTable, intents: Words | None = None, channels: Words | None = None) -> Side:
        """The customers' side of n contacts; `intents` and `channels` are those of the contacts (`None`: unknown)."""
        nothing: Words = (None,) * len(people)
        intents, channels = intents or nothing, channels or nothing
        used = one_hot(self.channel_dims, channels)
        preferred = np.where(people.channel_known, (used * people.channel).sum(axis=1) - 1 / len(self.channel_dims), 0)
        main = [
            one_hot(self.intents, intents),
            used,
            np.where(used.any(axis=1), preferred, 0.0)[:, None],
            one_hot(self.segments, people.groups),
            *self._value_columns(people),
            *(trait.encode(people.attributes) for trait in self.customer_traits),
        ]
        empty = np.zeros((len(people), 0))
        return Side(np.hstack(main), np.hstack([empty, *(part.left(people, intents) for part in self.parts)]))

    def right(self, people: PeopleTable) -> Side:
        """The employees' side of every pair; reusable until an employee changes."""
        main = [
            one_hot(self.teams, people.groups),
            *self._value_columns(people),
            *(trait.encode(people.attributes) for trait in self.employee_traits),
        ]
        empty = np.zeros((len(people), 0))
        return Side(np.hstack(main), np.hstack([empty, *(part.right(people) for part in self.parts)]))

    def with_values(self, right: Side, people_values: Floats, known: Bools) -> Side:
        """The employees' side made before, with these deviations of their shares (m × K) in place of the former."""
        main, pair = right.main.copy(), right.pair.copy()
        if self.has_values:
            start = len(self.teams)
            main[:, start : start + len(self.dims) + 1] = np.column_stack([people_values, known])
        end = 0
        for part, (_, height) in zip(self.parts, self.widths, strict=True):
            end += height
            if isinstance(part, ValuesPart):
                pair[:, end - height : end] = people_values
        return Side(main, pair)

    def design(self, left: Side, right: Side) -> Floats:
        """Every feature of n given pairs (n × features): row i pairs `left` i with `right` i."""
        features = self.pair_features
        before = left.main.shape[1] + right.main.shape[1]
        columns = np.zeros((len(left), before + len(features)), order="F")
        columns[:, : left.main.shape[1]] = left.main
        columns[:, left.main.shape[1] : before] = right.main
        for place, feature in enumerate(features, start=before):
            column = columns[:, place]
            for u, v, coefficient in feature.terms:
                column += coefficient * left.pair[:, u] * right.pair[:, v]
        return columns

    def pair_weights(self, weights: Floats) -> Floats:
        """The weights of the pair features as the matrix W between the sides: a pair's sum is left · W · rightᵀ."""
        matrix = np.zeros((sum(u for u, _ in self.widths), sum(v for _, v in self.widths)))
        for weight, feature in zip(weights.tolist(), self.pair_features, strict=True):
            for u, v, coefficient in feature.terms:
                matrix[u, v] += weight * coefficient
        return matrix

    def to_document(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "schema": FEATURES_SCHEMA,
            **{name: list(getattr(self, name)) for name in ("dims", "channel_dims", "intents", "segments", "teams")},
            "customer_traits": [each.to_document() for each in self.customer_traits],
            "employee_traits": [each.to_document() for each in self.employee_traits],
            "parts": [part_document(each) for each in self.parts],
            "has_values": self.has_values,
        }

    @staticmethod
    def from_document(document: Mapping[str, Any]) -> "FeatureMap":
        """The map that `to_document` told of."""
        return FeatureMap(
            **{name: tuple(document[name]) for name in ("dims", "channel_dims", "intents", "segments", "teams")},
            customer_traits=tuple(Trait.from_document(each) for each in document["customer_traits"]),
            employee_traits=tuple(Trait.from_document(each) for each in document["employee_traits"]),
            parts=tuple(part_from_document(each) for each in document["parts"]),
            has_values=document["has_values"],
        )

    def _value_mains(self, who: str) -> tuple[Feature, ...]:
        if not self.has_values:
            return ()
        shares = (Feature(f"{who}.values.{dim}", "profile", "share − 1/K", -1.0, 1.0) for dim in self.dims)
        return (*shares, Feature(f"{who}.values=known", "profile", "0 or 1", 0.0, 1.0))

    def _value_columns(self, people: PeopleTable) -> list[Floats]:
        return [people.values, people.values_known[:, None].astype(float)] if self.has_values else []

    @cached_property
    def widths(self) -> tuple[tuple[int, int], ...]:
        """How many columns each part gives on either side."""
        words, nothing, nobody = (), np.zeros(0, dtype=bool), np.zeros((0, len(self.dims)))
        empty = PeopleTable(words, words, nobody, nothing, nobody, nothing, words, words, words)
        return tuple((part.left(empty, ()).shape[1], part.right(empty).shape[1]) for part in self.parts)


def learn_features(
    customers: PeopleTable, employees: PeopleTable, intents: Words, framework: Framework, *,
    values: str = "learned", pairs: bool = True,
) -> FeatureMap:  # fmt: skip
    """The map for these people and the contacts' intents.

    `values` is off, main (main effects only), same, prior or learned; without `pairs` nothing else is counted
    of two people together.
    """
    known = levels_of(intents, most=MOST_INTENTS)
    traits = learn_traits(customers.attributes), learn_traits(employees.attributes)
    has_values = bool(customers.values_known.any() or employees.values_known.any())
    parts: list[PairPart] = []
    if values not in ("off", "main") and customers.values_known.any() and employees.values_known.any():
        affinity = tuple(tuple(row) for row in framework.affinity.tolist())
        parts.append(ValuesPart(framework.values.dims, affinity, values))
    if pairs:
        parts += learn_parts(customers, employees, traits, known)
    return FeatureMap(
        dims=framework.values.dims,
        channel_dims=framework.facets[CHANNEL].dims,
        intents=known,
        segments=levels_of(customers.groups, most=MOST_GROUPS),
        teams=levels_of(employees.groups, most=MOST_GROUPS),
        customer_traits=traits[0],
        employee_traits=traits[1],
        parts=tuple(parts),
        has_values=has_values and values != "off",
    )


def _trait_mains(who: str, traits: Sequence[Trait]) -> tuple[Feature, ...]:
    return tuple(
        Feature(f"{who}.{column}", "trait", "sd" if column == trait.name and trait.kind == "number" else "0 or 1",
                -5.0 if column == trait.name and trait.kind == "number" else 0.0, 5.0 if column == trait.name else 1.0)
        for trait in traits
        for column in trait.columns
    )  # fmt: skip
