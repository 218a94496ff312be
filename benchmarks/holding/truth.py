"""A classifier that knows the world's chances, so that a benchmark measures routing and not learning."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.holding.world import SKILLS, World
from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.serving import Judgement, Kind, ServedClassifier
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee

Ints = NDArray[np.int64]


class Known(Judgement):
    """A judgement whose probability of a pair is the world's."""

    __slots__ = ()

    def probability(self, row: int, column: int) -> float:
        """The chance, with the customer's part."""
        own = 0.0 if self.chemistry is None else float(self.chemistry[row, column])
        return float(self.chance[row, column]) + own


@dataclass(frozen=True, slots=True)
class Staff:
    """Employees by their places in the world's tables."""

    places: Ints

    def take(self, columns: Ints) -> "Staff":
        """Those of these columns."""
        return Staff(self.places[columns])


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Stands in for `ServedClassifier`: the same questions, answered from the world's tables."""

    world: World
    version: str = "truth"
    outcomes: int = 0

    def served(self) -> ServedClassifier:
        """Itself, under the name of what it stands in for."""
        return cast("ServedClassifier", self)

    def staff(self, employees: Sequence[Employee], _framework: Framework, _values: ShareTable) -> Staff:
        """Where these stand in the tables."""
        return Staff(np.array([int(one.id[1:]) for one in employees], dtype=np.int64))

    def kind(self, staff: Staff, intent: str | None, _channel: str | None) -> Kind:
        """The chances of a customer of whom nothing is known."""
        chance = self.world.blind[SKILLS.index(intent or ""), staff.places]
        return Kind(np.zeros(len(chance), dtype=np.float32), chance, float(chance.mean()))

    def known_intent(self, intent: str | None) -> str | None:
        """Every intent is known."""
        return intent

    def known_channel(self, channel: str) -> str | None:
        """Every channel is known."""
        return channel

    def judge(
        self,
        staff: Staff,
        customers: Mapping[int, int],
        people: PeopleTable,
        intents: Sequence[str | None],
        channels: Sequence[str | None],
        *,
        kind_of: Callable[[str | None, str | None], Kind],
    ) -> Judgement:
        """The chances of the round."""
        kinds = [kind_of(intent, channel) for intent, channel in zip(intents, channels, strict=True)]
        shape = len(kinds), len(staff.places)
        chance = np.array([kind.chance for kind in kinds], dtype=float).reshape(shape)
        whole = chance.copy()
        for row, place in customers.items():
            skill, system = SKILLS.index(intents[row] or ""), int(people.ids[place][1:])
            whole[row] = self.world.chance[system, skill, staff.places]
        usual = np.array([kind.usual for kind in kinds], dtype=float)
        nothing: Any = None
        logits = np.zeros(shape, dtype=np.float32)
        return Known(nothing, chance, usual, whole - chance, logits, np.zeros(len(kinds)), {}, nothing)
