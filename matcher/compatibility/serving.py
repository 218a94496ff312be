"""A classifier in service: what it says of every pair of a round, and how much of that is due to who the customer is.

For each pair there are two probabilities. One is that of a customer of whom nothing is known, with the same intent and
channel; the other counts what is known of this customer too. Their difference is all that profiles, traits and wishes
of customers can do, and it is exactly 0 for whoever withholds a profile. Main effects of customers say how well
contacts go whoever serves them: they belong to the probability that is told, and never to a choice between employees.
Source: learning.md section 1; decision 0017.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.features import Side
from matcher.compatibility.pair_parts import LanguagePart, ValuesPart
from matcher.compatibility.people_table import PeopleTable, deviations, employee_table
from matcher.compatibility.scorer import MAIN, EmployeeHalf, Scorer
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.intp]
Words = Sequence[str | None]

VALUES, LANGUAGE, TRAITS = "values", "language", "traits"  # what of a customer speaks for one employee over another
WORTH_KEEPING = 0.5  # of the staff kept last: a handful of named employees does not take its place
SMALLEST = 1e-9  # logits: below it the slope of the calibration is taken where the pair stands


@dataclass(frozen=True, slots=True, eq=False)
class StaffHalf:
    """The employees' half of every pair of a round, by which they are judged: made once, kept until one changes.

    `half` serves a customer of whom nothing is known; `pair` (b × m) are the columns that customers' own columns meet.
    """

    half: EmployeeHalf
    pair: Singles

    def take(self, columns: Ints) -> "StaffHalf":
        """The employees of those columns."""
        half = self.half
        part = EmployeeHalf(half.columns[:, columns], half.side.take(columns), half.places[columns])
        return StaffHalf(part, self.pair[:, columns])


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of contact of which only intent and channel are known: logits and probabilities (m), and the mean
    probability over the whole staff."""

    logits: Singles
    chance: Floats
    usual: float

    def take(self, columns: Ints) -> "Kind":
        """The employees of those columns; the mean stays that of the whole staff."""
        return Kind(self.logits[columns], self.chance[columns], self.usual)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What the classifier says of a round: contacts × employees.

    `chance` is P(good outcome) where nothing is known of the customer, `usual` (contacts) its mean over the staff;
    `chemistry` is what the customer adds to it, `None` where that is nothing anywhere; `logits` are what both come to
    before calibration. `level` (contacts, logits) is what is said of a customer whoever serves them.
    """

    scorer: Scorer
    chance: Floats
    usual: Floats
    chemistry: Floats | None
    logits: Singles
    level: Floats
    customers: Mapping[int, Floats]  # by row: the customer's own columns, where anything is known
    staff: StaffHalf

    def probability(self, row: int, column: int) -> float:
        """P(good outcome) of a pair with all that is known, in (0, 1)."""
        logit = np.array([float(self.logits[row, column]) + float(self.level[row])])
        return float(self.scorer.calibration.probability(logit)[0])

    def probabilities(self, row: int, columns: Ints) -> Floats:
        """The same of a contact with several employees, by their columns."""
        logits = self.logits[row, columns].astype(float) + float(self.level[row])
        return self.scorer.calibration.probability(logits)

    def shares_of_chemistry(self, row: int, column: int) -> dict[str, float]:
        """What values, language and traits add to the pair's probability; they sum to its chemistry."""
        mine = self.customers.get(row)
        if mine is None or self.chemistry is None:
            return dict.fromkeys((VALUES, LANGUAGE, TRAITS), 0.0)
        theirs, weights = self.staff.half.side.pair[column], self.scorer.pair_matrix
        logits = dict.fromkeys((VALUES, LANGUAGE, TRAITS), 0.0)
        for name, left, right in _blocks(self.scorer):
            logits[name] += float(mine[left] @ weights[left, right] @ theirs[right])
        whole, chemistry = sum(logits.values()), float(self.chemistry[row, column])
        here = float(self.chance[row, column])
        slope = chemistry / whole if abs(whole) > SMALLEST else here * (1.0 - here)
        return {name: slope * logit for name, logit in logits.items()}


@dataclass(frozen=True, slots=True, eq=False)
class ServedClassifier:
    """A classifier as decisions are made by it: its version and what it computes with. Threads may share it."""

    version: str
    scorer: Scorer
    outcomes: int  # learnt from
    _last: list[tuple[tuple[Employee, ...], Side]] = field(default_factory=list, repr=False)

    def staff(self, employees: tuple[Employee, ...], framework: Framework, values: ShareTable) -> StaffHalf:
        """The half of the work that depends on employees only. Where only presences or shares changed since the last
        time, nobody is read anew."""
        side = self._kept_side(employees)
        if side is None:
            side = self.scorer.features.right(employee_table(employees, framework, values=values))
            if not self._last or len(employees) >= len(self._last[0][0]) * WORTH_KEEPING:
                self._last[:] = [(employees, side)]
        else:
            shares, known = deviations(framework.values, (), values)
            side = self.scorer.features.with_values(side, shares, known)
        half = self.scorer.employee_half_of(side, [each.id for each in employees])
        return StaffHalf(half, np.ascontiguousarray(self.scorer.pair_matrix @ side.pair.T, dtype=np.float32))

    def _kept_side(self, employees: tuple[Employee, ...]) -> Side | None:
        """The side as last made; `None` where anybody's master data changed since."""
        if not self._last or len(self._last[0][0]) != len(employees):
            return None
        before, side = self._last[0]
        return side if all(old is new for old, new in zip(before, employees, strict=True)) else None

    def judge(
        self,
        staff: StaffHalf,
        customers: Mapping[int, int],
        people: PeopleTable,
        intents: Words,
        channels: Words,
        *,
        kind_of: Callable[[str | None, str | None], Kind],
    ) -> Judgement:
        """What is said of every pair of a round. `customers` maps a contact's row to a row of `people`, those of whom
        anything may be used; `kind_of` gives what `kind` makes of an intent and a channel, kept with the staff."""
        kinds = [kind_of(intent, channel) for intent, channel in zip(intents, channels, strict=True)]
        shape = len(kinds), staff.pair.shape[1]
        logits = np.array([kind.logits for kind in kinds], dtype=np.float32).reshape(shape)
        chance = np.array([kind.chance for kind in kinds], dtype=float).reshape(shape)
        level, own, chemistry = np.zeros(len(kinds)), dict[int, Floats](), None
        if customers:
            rows = list(customers)
            asking = people.take(list(customers.values()))
            level[rows], columns = self._known(asking, [intents[row] for row in rows], [channels[row] for row in rows])
            own = {row: mine for row, mine in zip(rows, columns, strict=True) if mine.any()}
            chemistry = self._chemistry(own, logits, chance, staff)
        usual = np.array([kind.usual for kind in kinds], dtype=float)
        return Judgement(self.scorer, chance, usual, chemistry, logits, level, own, staff)

    def kind(self, staff: StaffHalf, intent: str | None, channel: str | None) -> Kind:
        """What is said of a contact of which only this is known, by which every contact begins."""
        contact = self.scorer.contact_half(nobody(1, self.scorer), [intent], [channel])
        logits = self.scorer.logits(contact, staff.half)[0]
        chance = self.scorer.calibration.probability(logits)
        return Kind(logits, chance, float(chance.mean()) if len(chance) else 0.0)

    def known_intent(self, intent: str | None) -> str | None:
        """The intent, or `None` where nothing was learnt of it."""
        return intent if intent in self.scorer.features.intents else None

    def known_channel(self, channel: str) -> str | None:
        """The channel, or `None` where nothing was learnt of it."""
        return channel if channel in self.scorer.features.channel_dims else None

    def _known(self, people: PeopleTable, intents: Words, channels: Words) -> tuple[Floats, Floats]:
        """Beside somebody unknown with the same contact: what is said of each whoever serves them (n, logits), and
        their own columns (n × b), both exactly 0 where nothing is known."""
        known = self.scorer.contact_half(people, intents, channels)
        unknown = self.scorer.contact_half(nobody(len(people), self.scorer), intents, channels)
        level: Floats = known.rows[:, MAIN].astype(float) - unknown.rows[:, MAIN].astype(float)
        return level, known.side.pair - unknown.side.pair

    def _chemistry(self, own: Mapping[int, Floats], logits: Singles, chance: Floats, staff: StaffHalf) -> Floats | None:
        """What customers add to the probability of each pair; it is added to their `logits` too."""
        if not own:
            return None
        rows, columns = list(own), np.array(list(own.values()), dtype=np.float32)
        used = np.flatnonzero(columns.any(axis=0))
        added = columns[:, used] @ staff.pair[used]
        logits[rows] += added
        chemistry = np.zeros_like(chance)
        with_them = self.scorer.calibration.probability(logits[rows])
        chemistry[rows] = np.where(added != 0.0, with_them - chance[rows], 0.0)
        return chemistry


def nobody(count: int, scorer: Scorer) -> PeopleTable:
    """So many customers of whom nothing is known."""
    nothing, features = np.zeros(count, dtype=bool), scorer.features
    return PeopleTable(
        ids=("",) * count,
        groups=(None,) * count,
        values=np.zeros((count, len(features.dims))),
        values_known=nothing,
        channel=np.zeros((count, len(features.channel_dims))),
        channel_known=nothing,
        languages=((),) * count,
        skills=({},) * count,
        attributes=({},) * count,
    )


def _blocks(scorer: Scorer) -> list[tuple[str, slice, slice]]:
    """What each part of W tells of, with its rows and columns."""
    found, u, v = [], 0, 0
    for part, (width, height) in zip(scorer.features.parts, scorer.features.widths, strict=True):
        name = VALUES if isinstance(part, ValuesPart) else LANGUAGE if isinstance(part, LanguagePart) else TRAITS
        found.append((name, slice(u, u + width), slice(v, v + height)))
        u, v = u + width, v + height
    return found
