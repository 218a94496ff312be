"""The statements about classifiers: which there are, which one serves, and what was counted of each."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from matcher.use_cases.classifier_ports import ClassifierDay, ClassifierState, KnownClassifier
from models.classifier_tables import classifier, classifier_day
from models.dialects import insert_into

_COUNTS = ("decisions", "agreed", "outcomes", "told", "came", "loss")

_LAST_FIRST = (
    classifier.c.promoted_at.desc().nulls_last(),
    classifier.c.made_at.desc(),
    classifier.c.version.desc(),
)


class SqlClassifiers:
    """The registry in SQL (port `Classifiers`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, version: str) -> KnownClassifier | None:
        """The classifier, if there is one."""
        row = self._connection.execute(select(classifier).where(classifier.c.version == version)).first()
        return None if row is None else _known(row)

    def add(self, one: KnownClassifier) -> None:
        """Keep a new one. Raises Conflict, at the latest at the commit, when its version or place is taken."""
        self._connection.execute(insert(classifier).values(_values(one)))

    def in_state(self, state: ClassifierState) -> KnownClassifier | None:
        """The one in that state, with its files, that was promoted, or else made, last."""
        query = select(classifier).where(classifier.c.state == state.value, classifier.c.removed_at.is_(None))
        row = self._connection.execute(query.order_by(*_LAST_FIRST).limit(1)).first()
        return None if row is None else _known(row)

    def superfluous(self, *, keep: int) -> list[str]:
        """Retired ones and candidates with files, but for the `keep` of each that were promoted, or else made, last."""
        columns, found = classifier.c, list[str]()
        for state in (ClassifierState.RETIRED, ClassifierState.CANDIDATE):
            query = select(columns.version).where(columns.state == state.value, columns.removed_at.is_(None))
            found += self._connection.execute(query.order_by(*_LAST_FIRST)).scalars().all()[keep:]
        return found

    def note_removal(self, version: str, *, at: datetime) -> None:
        """Mark it as one whose files are gone."""
        change = update(classifier).where(classifier.c.version == version).values(removed_at=at)
        self._connection.execute(change)

    def newest(self, *, limit: int, before: tuple[datetime, str] | None = None) -> list[KnownClassifier]:
        """At most `limit`, newest first, beyond `before`."""
        columns = classifier.c
        query = select(classifier).order_by(columns.made_at.desc(), columns.version.desc()).limit(limit)
        if before is not None:
            moment, version = before
            earlier = and_(columns.made_at == moment, columns.version < version)
            query = query.where(or_(columns.made_at < moment, earlier))
        return [_known(row) for row in self._connection.execute(query)]

    def move(self, version: str, state: ClassifierState, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Put it in that state; whether there is such a one. Raises Conflict where the place is taken."""
        promoted = {} if by is None else {"promoted_by": by, "promoted_at": at}
        change = update(classifier).where(classifier.c.version == version).values(state=state.value, **promoted)
        return self._connection.execute(change).rowcount == 1

    def note_erasure(self, moments: Sequence[datetime]) -> int:
        """Mark those learnt from outcomes at any of these moments as asking for retraining; how many."""
        windows = self._connection.execute(
            select(classifier.c.version, classifier.c.first_outcome_at, classifier.c.last_outcome_at)
        )
        learnt = [version for version, first, last in windows if any(first <= moment <= last for moment in moments)]
        change = update(classifier).where(classifier.c.version.in_(learnt)).values(person_erased=True)
        return self._connection.execute(change).rowcount if learnt else 0

    def note_alarms(self, version: str, alarms: Sequence[str]) -> None:
        """Put these in place of what was found of it before."""
        change = update(classifier).where(classifier.c.version == version).values(alarms=list(alarms))
        self._connection.execute(change)

    def count_day(self, counted: ClassifierDay) -> None:
        """Add the numbers to those of the classifier's day."""
        numbers = {name: getattr(counted, name) for name in _COUNTS}
        upsert = insert_into(self._connection, classifier_day).values(
            version=counted.version, day=counted.day.isoformat(), **numbers
        )
        more = {name: classifier_day.c[name] + number for name, number in numbers.items()}
        self._connection.execute(upsert.on_conflict_do_update(index_elements=["version", "day"], set_=more))

    def days(self, since: date | None = None, until: date | None = None) -> list[ClassifierDay]:
        """What was counted with since ≤ day < until, by (day, version)."""
        columns = classifier_day.c
        query = select(classifier_day).order_by(columns.day, columns.version)
        if since is not None:
            query = query.where(columns.day >= since.isoformat())
        if until is not None:
            query = query.where(columns.day < until.isoformat())
        rows = self._connection.execute(query)
        return [ClassifierDay(**{**row._mapping, "day": date.fromisoformat(row.day)}) for row in rows]


def _values(one: KnownClassifier) -> dict[str, Any]:
    return {**asdict(one), "state": one.state.value, "alarms": list(one.alarms)}


def _known(row: Row[*tuple[Any, ...]]) -> KnownClassifier:
    return KnownClassifier(**{**row._mapping, "state": ClassifierState(row.state), "alarms": tuple(row.alarms)})
