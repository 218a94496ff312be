"""What is counted of two people together. Each part factors: a column of the one times a column of the other.

A feature is Σ coefficient · u · v over columns u of the customer's side and v of the employee's. So thousands of pairs
cost one product of two thin matrices, and what is trained on is to the last bit what serves.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.prior import LOGITS_PER_AFFINITY, double_centred
from matcher.compatibility.traits import NUMBER, Trait, levels_of, one_hot

Floats = NDArray[np.float64]
Terms = tuple[tuple[int, int, float], ...]  # column of the customer's side, column of the employee's, coefficient

MOST_SKILLS = 5.0  # the highest level
LEAST_SHARED = 4  # traits; the pattern of fewer says nothing


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the regression: its name, the block whose prior it has, unit and range, and the prior's mean."""

    name: str
    block: str
    unit: str
    low: float
    high: float
    terms: Terms = ()
    prior_mean: float = 0.0


class PairPart(Protocol):
    """Something counted of two people: columns of either side, and the features made of them."""

    @property
    def features(self) -> tuple[Feature, ...]: ...
    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:
        """The customers' columns (n × a)."""
        ...

    def right(self, people: PeopleTable) -> Floats:
        """The employees' columns (m × b)."""
        ...


@dataclass(frozen=True, slots=True)
class ValuesPart:
    """Value systems: the chemistry of a hypothesis s·p̂'A q̂ (double centred), and every interaction learnt beside it.

    `mode`: `prior` or `same` for the hypothesis alone, `learned` for the framework's with interactions.
    """

    dims: tuple[str, ...]
    affinity: tuple[tuple[float, ...], ...]
    mode: str

    @property
    def features(self) -> tuple[Feature, ...]:
        """The hypothesis, and K² interactions where they are learnt."""
        size = range(len(self.dims))
        matrix = np.eye(len(self.dims)) if self.mode == "same" else np.array(self.affinity)
        centred = double_centred(matrix)
        terms = tuple((a, b, float(centred[a, b])) for a in size for b in size)
        name, block = ("chemistry", "chemistry") if self.mode == "learned" else (f"chemistry.{self.mode}", "hypothesis")
        given = Feature(name, block, "centred affinity", -1.0, 1.0, terms, LOGITS_PER_AFFINITY)
        if self.mode != "learned":
            return (given,)
        learnt = tuple(
            Feature(f"values.{self.dims[a]}×{self.dims[b]}", "interaction", "share × share", -1.0, 1.0, ((a, b, 1.0),))
            for a in size
            for b in size
        )
        return (given, *learnt)

    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:  # noqa: ARG002  # the part's form
        """Deviations of the shares from even."""
        return people.values

    def right(self, people: PeopleTable) -> Floats:
        """Deviations of the shares from even."""
        return people.values


@dataclass(frozen=True, slots=True)
class LanguagePart:
    """Whether the employee speaks the customer's language: ½ or −½, and 0 where either is unknown."""

    languages: tuple[str, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """One: the shared language."""
        count = len(self.languages)
        terms = (*((place, place, 1.0) for place in range(count)), (count, count, -0.5))
        return (Feature("language.shared", "margin", "½ shared, −½ not, 0 unknown", -0.5, 0.5, terms),)

    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:  # noqa: ARG002  # as above
        """The language of each, and whether it is known."""
        return self._columns(people)

    def right(self, people: PeopleTable) -> Floats:
        """The languages of each, and whether they are known."""
        return self._columns(people)

    def _columns(self, people: PeopleTable) -> Floats:
        known = np.array([bool(each) for each in people.languages], dtype=float)
        spoken = [[language in each for language in self.languages] for each in people.languages]
        return np.column_stack([np.array(spoken, dtype=float).reshape(len(people), len(self.languages)), known])


@dataclass(frozen=True, slots=True)
class SkillPart:
    """How skilled the employee is in what the contact is about: the skill of the intent's name, level/5, 0 for none."""

    intents: tuple[str, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """One: the level in the skill named as the intent."""
        terms = tuple((place, place, 1.0) for place in range(len(self.intents)))
        return (Feature("skill.of_intent", "margin", "level/5", 0.0, 1.0, terms),)

    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:  # noqa: ARG002  # as above
        """The intent of each contact."""
        return one_hot(self.intents, intents)

    def right(self, people: PeopleTable) -> Floats:
        """The level of each employee in each intent."""
        levels = [[each.get(intent, 0) / MOST_SKILLS for intent in self.intents] for each in people.skills]
        return np.array(levels, dtype=float).reshape(len(people), len(self.intents))


@dataclass(frozen=True, slots=True)
class WishPart:
    """What one side wants times what the other has: Σ weight · deviation over qualities, and each by itself.

    Weights are a person's `wants:` over their sum of sizes; `has:` is in standard deviations. `by` says who wishes.
    """

    by: str
    qualities: tuple[str, ...]
    has: tuple[Trait, ...]
    usual: tuple[float, ...]  # mean weight of each quality among those who wish

    @property
    def features(self) -> tuple[Feature, ...]:
        """The sum over qualities; then what a wish beyond the usual adds, quality by quality."""
        count = len(self.qualities)
        places = range(count)
        summed = tuple((place, place, 1.0) for place in places)
        whole = Feature(f"wish.{self.by}", "wish", "weighted mean of sd", -5.0, 5.0, summed)
        parts = tuple(
            Feature(f"wish.{self.by}.{self.qualities[place]}", "wish_part", "weight above usual × sd", -5.0, 5.0,
                    (self._beyond(place),))
            for place in places
        )  # fmt: skip
        return (whole, *parts)

    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:  # noqa: ARG002  # as above
        """The wishes of customers, or what they have."""
        return self._wishes(people) if self.by == "customer" else self._shown(people)

    def right(self, people: PeopleTable) -> Floats:
        """What employees have, or their wishes."""
        return self._shown(people) if self.by == "customer" else self._wishes(people)

    def _beyond(self, place: int) -> tuple[int, int, float]:
        beyond = place + len(self.qualities)
        return (beyond, place, 1.0) if self.by == "customer" else (place, beyond, 1.0)

    def _wishes(self, people: PeopleTable) -> Floats:
        weights = wish_weights(people, self.qualities)
        wishes = np.abs(weights).sum(axis=1, keepdims=True) > 0
        return np.column_stack([weights, np.where(wishes, weights - np.array(self.usual), 0.0)])

    def _shown(self, people: PeopleTable) -> Floats:
        columns = [trait.deviations(people.attributes)[0] for trait in self.has]
        return np.column_stack(columns) if columns else np.zeros((len(people), 0))


@dataclass(frozen=True, slots=True)
class LikenessPart:
    """Likeness in the numbers both sides declare: −½ of the squared distance of each in standard deviations, their
    mean, and how far the patterns over all of them agree (a correlation). Unknown on either side: 0.

    Traits of one `family` are compared together: `interest.` of interest.art and interest.sports, `has:` of qualities.
    """

    family: str
    traits: tuple[Trait, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """Mean likeness, the pattern where there are enough traits, then trait by trait."""
        count = len(self.traits)
        each = [((place, place + count, 1.0), (place + count, place, 1.0), (place + 2 * count, place + 2 * count, 1.0))
                for place in range(count)]  # fmt: skip
        mean = tuple((u, v, c / count) for terms in each for u, v, c in terms)
        parts = [Feature(f"likeness.{self.family}mean", "likeness", "−½ sd²", -50.0, 0.0, mean)]
        if count >= LEAST_SHARED:
            pattern = tuple((place + 3 * count, place + 3 * count, 1.0) for place in range(count))
            parts.append(Feature(f"likeness.{self.family}pattern", "likeness", "correlation", -1.0, 1.0, pattern))
        parts += [
            Feature(f"likeness.{trait.name}", "likeness_part", "−½ sd²", -50.0, 0.0, terms)
            for trait, terms in zip(self.traits, each, strict=True)
        ]
        return tuple(parts)

    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:  # noqa: ARG002  # as above
        """−½ of the square, known, the deviation, and the pattern, each for every trait."""
        return self._columns(people)

    def right(self, people: PeopleTable) -> Floats:
        """The same of the employees."""
        return self._columns(people)

    def _columns(self, people: PeopleTable) -> Floats:
        if not self.traits:
            return np.zeros((len(people), 0))
        read = [trait.deviations(people.attributes) for trait in self.traits]
        deviation = np.column_stack([one for one, _ in read])
        known = np.column_stack([one for _, one in read]).astype(float)
        columns = [-0.5 * deviation**2, known, deviation, _pattern(deviation, known)]
        return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class EqualityPart:
    """Whether the words both sides declare are equal: ½ or −½, and 0 where either is unknown."""

    traits: tuple[Trait, ...]

    @property
    def features(self) -> tuple[Feature, ...]:
        """One for each trait."""
        found, start = [], 0
        for trait in self.traits:
            count = len(trait.levels)
            terms = (*((start + place, start + place, 1.0) for place in range(count)), (start + count,) * 2 + (-0.5,))
            found.append(Feature(f"equal.{trait.name}", "equality", "½ equal, −½ not, 0 unknown", -0.5, 0.5, terms))
            start += count + 1
        return tuple(found)

    def left(self, people: PeopleTable, intents: Sequence[str | None]) -> Floats:  # noqa: ARG002  # as above
        """The level of each trait, and whether it is known."""
        return self._columns(people)

    def right(self, people: PeopleTable) -> Floats:
        """The same of the employees."""
        return self._columns(people)

    def _columns(self, people: PeopleTable) -> Floats:
        columns = [np.zeros((len(people), 0))]
        for trait in self.traits:
            levels, known = trait.one_hot(people.attributes)
            columns += [levels, (known & levels.any(axis=1))[:, None].astype(float)]
        return np.column_stack(columns)


def learn_parts(
    customers: PeopleTable, employees: PeopleTable, traits: tuple[Sequence[Trait], Sequence[Trait]],
    intents: Sequence[str],
) -> list[PairPart]:  # fmt: skip
    """The parts beside values that these people make possible: languages, skills, wishes, likeness, equality."""
    parts: list[PairPart] = []
    languages = levels_of([one for each in customers.languages for one in each])
    if languages and any(employees.languages):
        parts.append(LanguagePart(languages))
    skilled = tuple(intent for intent in intents if any(intent in each for each in employees.skills))
    if skilled:
        parts.append(SkillPart(skilled))
    for by, wishing, having in (("customer", customers, traits[1]), ("employee", employees, traits[0])):
        wish = _learn_wish(by, wishing, having)
        if wish.qualities:
            parts.append(wish)
    shared = _shared(*traits)
    numbers = [trait for trait in shared if trait.kind == NUMBER]
    for family in sorted({family_of(trait.name) for trait in numbers}):
        alike = tuple(trait for trait in numbers if family_of(trait.name) == family)
        parts.append(LikenessPart(family, alike))
    if words := tuple(trait for trait in shared if trait.kind != NUMBER):
        parts.append(EqualityPart(words))
    return parts


def family_of(name: str) -> str:
    """What a trait's name begins with, up to its first dot or colon; empty where it has neither."""
    found = re.match(r"[^.:]*[.:]", name)
    return found.group() if found else ""


def wish_weights(people: PeopleTable, qualities: Sequence[str]) -> Floats:
    """Each person's wishes over the sum of their sizes (n × qualities); all 0 for whoever wishes nothing."""
    wants = np.array([[_weight(each.get(f"wants:{quality}")) for quality in qualities] for each in people.attributes])
    wants = wants.reshape(len(people), len(qualities))
    total = np.abs(wants).sum(axis=1, keepdims=True)
    weights: Floats = wants / np.where(total > 0, total, 1.0)
    return weights


def part_document(part: PairPart) -> dict[str, Any]:
    """The part as JSON takes it."""
    return {"kind": type(part).__name__, **asdict(part)}  # type: ignore[call-overload]  # every part is a dataclass


def part_from_document(document: Mapping[str, Any]) -> PairPart:
    """The part that `part_document` told of."""
    told = {name: value for name, value in document.items() if name != "kind"}
    for name in ("traits", "has"):
        if name in told:
            told[name] = tuple(Trait.from_document(each) for each in told[name])
    plain = {name: _tuples(value) if name not in ("traits", "has") else value for name, value in told.items()}
    part: PairPart = KINDS[document["kind"]](**plain)
    return part


KINDS: Mapping[str, Any] = {
    kind.__name__: kind for kind in (ValuesPart, LanguagePart, SkillPart, WishPart, LikenessPart, EqualityPart)
}


def _learn_wish(by: str, wishing: PeopleTable, having: Sequence[Trait]) -> WishPart:
    wished = {name.removeprefix("wants:") for each in wishing.attributes for name in each if name.startswith("wants:")}
    has = [trait for trait in having if trait.name.startswith("has:") and trait.name.removeprefix("has:") in wished]
    qualities = tuple(trait.name.removeprefix("has:") for trait in has)
    weights = wish_weights(wishing, qualities)
    wishes = np.abs(weights).sum(axis=1) > 0
    usual = weights[wishes].mean(axis=0) if wishes.any() else np.zeros(len(qualities))
    return WishPart(by, qualities, tuple(has), tuple(usual.tolist()))


def _shared(ours: Sequence[Trait], theirs: Sequence[Trait]) -> list[Trait]:
    """The traits both sides declare in the same kind; numbers on a scale halfway between the sides."""
    by_name = {trait.name: trait for trait in theirs}
    found = []
    for trait in ours:
        other = by_name.get(trait.name)
        if other is None or other.kind != trait.kind:
            continue
        levels = tuple(sorted({*trait.levels, *other.levels}))
        mean = (trait.mean + other.mean) / 2
        gap = (trait.mean - other.mean) / 2
        spread = float(np.sqrt((trait.spread**2 + other.spread**2) / 2 + gap**2))
        found.append(Trait(trait.name, trait.kind, mean, spread, levels))
    return found


def _pattern(deviation: Floats, known: Floats) -> Floats:
    """Each person's deviations from their own mean over known traits, of length 1; 0 where too few are known."""
    count = known.sum(axis=1, keepdims=True)
    own = (deviation * known).sum(axis=1, keepdims=True) / np.maximum(count, 1.0)
    rest = (deviation - own) * known
    length = np.sqrt((rest**2).sum(axis=1, keepdims=True))
    usable = (count >= LEAST_SHARED) & (length > 0)
    pattern: Floats = np.where(usable, rest / np.where(length > 0, length, 1.0), 0.0)
    return pattern


def _weight(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value
