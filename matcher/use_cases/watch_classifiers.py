"""Once a week, look whether the classifiers in service still mean what they say, and how they differ."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from matcher.compatibility.drift import Watch, sums_by_day, watch
from matcher.compatibility.evaluate import Data
from matcher.compatibility.scorer import Scorer
from matcher.use_cases.ports import ClassifierDay, KnownClassifier, Records
from matcher.use_cases.read_live_record import agrees

PAGE = 1_000

Agreed = Mapping[str, Mapping[date, tuple[int, int]]]  # version → day → choices, and those chosen alike
Opener = Callable[[KnownClassifier], Scorer | None]


@dataclass(frozen=True, slots=True)
class Watched:
    """A classifier in service, what was found of it, and what is counted of its days."""

    known: KnownClassifier
    found: Watch
    days: tuple[ClassifierDay, ...]


def read_agreement(records: Records, since: datetime, until: datetime, known: Iterable[KnownClassifier]) -> Agreed:
    """For each classifier, by day, how many choices of the window it spoke of when they were made, and in how many it
    liked best whom the one in service liked best; of that one itself: whom the router took. Memory holds a page."""
    counts = {one.version: dict[date, tuple[int, int]]() for one in known}
    after = None
    while page := records.decisions.window(since, until, after=after, limit=PAGE):
        for one in page:
            for said in one.said:
                verdict = agrees(one, said.version)
                if verdict is not None and said.version in counts:
                    count, same = counts[said.version].get(one.at.date(), (0, 0))
                    counts[said.version][one.at.date()] = count + 1, same + verdict
        after = (page[-1].at, page[-1].id)
    return counts


def watch_each(data: Data, agreed: Agreed, known: list[KnownClassifier], open_one: Opener) -> list[Watched]:
    """What is found of each classifier that can be read. `data` are the outcomes of the window; those that a classifier
    was learnt from do not judge it."""
    watched = []
    for one in known:
        scorer = open_one(one)
        if scorer is None:
            continue
        fresh = _after(data, one.last_outcome_at)
        days = _days(fresh, scorer, one, agreed[one.version])
        watched.append(Watched(one, watch(fresh, scorer, _reference(one)), days))
    return watched


def settle_watch(records: Records, watched: list[Watched]) -> dict[str, object]:
    """Keep what was found; the report as JSON speaks it."""
    for one in watched:
        records.classifiers.note_alarms(one.known.version, one.found.alarms)
        for day in one.days:
            records.classifiers.count_day(day)
    return {"classifiers": [_document(one) for one in watched]}


def _days(
    data: Data, scorer: Scorer, one: KnownClassifier, agreed: Mapping[date, tuple[int, int]]
) -> tuple[ClassifierDay, ...]:
    moments = [datetime.fromtimestamp(at, UTC).date().isoformat() for at in data.outcomes.at.tolist()]
    sums = sums_by_day(data, scorer, moments)
    days = sorted({*(date.fromisoformat(day) for day in sums), *agreed})
    counted = []
    for day in days:
        outcomes, told, came, loss = sums.get(day.isoformat(), (0, 0.0, 0.0, 0.0))
        decisions, same = agreed.get(day, (0, 0))
        counted.append(
            ClassifierDay(version=one.version, day=day, decisions=decisions, agreed=same, outcomes=outcomes,
                          told=told, came=came, loss=loss)
        )  # fmt: skip
    return tuple(counted)


def _after(data: Data, moment: datetime) -> Data:
    """The outcomes after that moment."""
    later = (data.outcomes.at > moment.timestamp()).nonzero()[0]
    return Data(data.customers, data.employees, data.outcomes.take(later), data.framework)


def _reference(one: KnownClassifier) -> Mapping[str, Mapping[str, float]]:
    """The mix of what it was learnt from, as its card tells it."""
    mix = one.card.get("mix")
    return mix if isinstance(mix, Mapping) else {}


def _document(one: Watched) -> dict[str, object]:
    found = one.found
    return {
        "version": one.known.version,
        "outcomes": found.outcomes,
        "bias": None if found.bias is None else asdict(found.bias),
        "log_loss": found.loss,
        "shift": dict(found.shift),
        "alarms": list(found.alarms),
    }
