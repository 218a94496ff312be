"""The registry of classifiers and the shelf of their files, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from matcher.compatibility.card import Opened, Sealed, open_sealed
from matcher.errors import Conflict, invalid
from matcher.use_cases.classifier_ports import ClassifierDay, ClassifierState, KnownClassifier
from models.memory.tables import Transaction

SINGLE = (ClassifierState.CURRENT, ClassifierState.SHADOW)


class MemoryClassifiers:
    """The registry in memory (port `Classifiers`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, version: str) -> KnownClassifier | None:
        """The classifier, if there is one."""
        return self._transaction.tables.classifiers.get(version)

    def add(self, one: KnownClassifier) -> None:
        """Keep a new one. Raises Conflict when its version or place is taken."""
        if self.get(one.version) is not None:
            raise Conflict(f"There is a classifier {one.version} already.")
        self._keep(one)

    def in_state(self, state: ClassifierState) -> KnownClassifier | None:
        """The one in that state, with its files, that was promoted, or else made, last."""
        return next(iter(self._last_first(state)), None)

    def superfluous(self, *, keep: int) -> list[str]:
        """Retired ones and candidates with files, but for the `keep` of each that were promoted, or else made, last."""
        states = ClassifierState.RETIRED, ClassifierState.CANDIDATE
        return [one.version for state in states for one in self._last_first(state)[keep:]]

    def note_removal(self, version: str, *, at: datetime) -> None:
        """Mark it as one whose files are gone."""
        one = self.get(version)
        if one is not None:
            self._keep(replace(one, removed_at=at))

    def newest(self, *, limit: int, before: tuple[datetime, str] | None = None) -> list[KnownClassifier]:
        """At most `limit`, newest first, beyond `before`."""
        places = [(one.made_at, one.version) for one in self._transaction.tables.classifiers.values()]
        found = sorted((place for place in places if before is None or place < before), reverse=True)
        return [self._transaction.tables.classifiers[version] for _, version in found[:limit]]

    def move(self, version: str, state: ClassifierState, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Put it in that state; whether there is such a one. Raises Conflict where the place is taken."""
        one = self.get(version)
        if one is None:
            return False
        promoted = (one.promoted_by, one.promoted_at) if by is None else (by, at)
        self._keep(replace(one, state=state, promoted_by=promoted[0], promoted_at=promoted[1]))
        return True

    def note_erasure(self, moments: Sequence[datetime]) -> int:
        """Mark those learnt from outcomes at any of these moments as asking for retraining; how many."""
        learnt = [
            one
            for one in self._transaction.tables.classifiers.values()
            if any(one.first_outcome_at <= moment <= one.last_outcome_at for moment in moments)
        ]
        for one in learnt:
            self._keep(replace(one, person_erased=True))
        return len(learnt)

    def note_alarms(self, version: str, alarms: Sequence[str]) -> None:
        """Put these in place of what was found of it before."""
        one = self.get(version)
        if one is not None:
            self._keep(replace(one, alarms=tuple(alarms)))

    def count_day(self, counted: ClassifierDay) -> None:
        """Add the numbers to those of the classifier's day."""
        if self.get(counted.version) is None:
            raise Conflict(f"There is no classifier {counted.version}.")
        days = self._transaction.changing(self._transaction.tables.classifier_days)
        before = days.get((counted.version, counted.day), ClassifierDay(version=counted.version, day=counted.day))
        days[counted.version, counted.day] = replace(
            before,
            decisions=before.decisions + counted.decisions,
            agreed=before.agreed + counted.agreed,
            outcomes=before.outcomes + counted.outcomes,
            told=before.told + counted.told,
            came=before.came + counted.came,
            loss=before.loss + counted.loss,
        )

    def days(self, since: date | None = None, until: date | None = None) -> list[ClassifierDay]:
        """What was counted with since ≤ day < until, by (day, version)."""
        found = self._transaction.tables.classifier_days.values()
        chosen = [one for one in found if (since is None or one.day >= since) and (until is None or one.day < until)]
        return sorted(chosen, key=lambda one: (one.day, one.version))

    def _last_first(self, state: ClassifierState) -> list[KnownClassifier]:
        found = [one for one in self._transaction.tables.classifiers.values() if one.state is state]
        return sorted(
            (one for one in found if one.removed_at is None),
            key=lambda one: (one.promoted_at is not None, one.promoted_at or one.made_at, one.made_at, one.version),
            reverse=True,
        )

    def _keep(self, one: KnownClassifier) -> None:
        others = [each for each in self._transaction.tables.classifiers.values() if each.version != one.version]
        if one.state in SINGLE and any(each.state is one.state for each in others):
            raise Conflict(f"Another classifier is {one.state.value} already.")
        if one.state is ClassifierState.CURRENT and one.promoted_by is None:
            raise Conflict("A classifier in service was promoted by someone.")
        self._transaction.changing(self._transaction.tables.classifiers)[one.version] = one


class MemoryShelf:
    """Classifiers' files in memory (port `Shelf`)."""

    def __init__(self) -> None:
        self.kept: dict[str, Sealed] = {}

    def put(self, version: str, sealed: Sealed) -> None:
        """Lay the classifier down."""
        self.kept[version] = sealed

    def read(self, version: str, *, digest: str, framework: str) -> Opened:
        """The classifier. Raises InvalidInput `bad_classifier` for anything but what was put there."""
        sealed = self.kept.get(version)
        if sealed is None or sealed.digest != digest:
            raise invalid("", "bad_classifier", f"There is no classifier {version[:64]!r} of that digest on the shelf.")
        return open_sealed(sealed, framework=framework)

    def remove(self, version: str) -> None:
        """Take the classifier away, if it lies there."""
        self.kept.pop(version, None)
