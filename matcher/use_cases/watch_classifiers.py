"""Once a week, look whether the classifiers in service still mean what they say, and how they differ."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from matcher.compatibility.drift import Watch, favourites, sums_by_day, watch
from matcher.compatibility.evaluate import Data
from matcher.compatibility.outcomes import Outcome, outcomes_of
from matcher.compatibility.scorer import Scorer
from matcher.use_cases.learning_ports import LoggedDecision
from matcher.use_cases.ports import ClassifierDay, ClassifierState, KnownClassifier, Records

PAGE = 1_000
MOST_DECISIONS = 20_000

Opener = Callable[[KnownClassifier], Scorer | None]


@dataclass(frozen=True, slots=True)
class Watched:
    """A classifier in service, what was found of it, and what is counted of its days."""

    known: KnownClassifier
    found: Watch
    days: tuple[ClassifierDay, ...]


def read_decisions(records: Records, since: datetime, until: datetime) -> list[LoggedDecision]:
    """The decisions of the window with several candidates, at most `MOST_DECISIONS`."""
    found: list[LoggedDecision] = []
    after = None
    while len(found) < MOST_DECISIONS:
        page = records.decisions.window(since, until, after=after, limit=PAGE)
        found += [one for one in page if len(one.candidates) > 1 and one.customer_id is not None]
        if len(page) < PAGE:
            break
        after = (page[-1].at, page[-1].id)
    return found


def watch_each(
    data: Data, decisions: list[LoggedDecision], known: list[KnownClassifier], open_one: Opener
) -> list[Watched]:
    """What is found of each classifier that can be read. `data` are the outcomes of the window: decisions about people
    they do not tell of are left out, and outcomes that a classifier was learnt from do not judge it."""
    choices = _choices(data, decisions)
    chosen: dict[str, list[int]] = {}
    watched = []
    for one in known:
        scorer = open_one(one)
        if scorer is None:
            continue
        fresh = _after(data, one.last_outcome_at)
        chosen[one.version] = favourites(choices.rows, scorer, choices.of_row)
        agreed = _agreed(choices, chosen[one.version], one, chosen.get(known[0].version))
        watched.append(Watched(one, watch(fresh, scorer, _reference(one)), _days(fresh, scorer, one, agreed)))
    return watched


def settle_watch(records: Records, watched: list[Watched]) -> dict[str, object]:
    """Keep what was found; the report as JSON speaks it."""
    for one in watched:
        records.classifiers.note_alarms(one.known.version, one.found.alarms)
        for day in one.days:
            records.classifiers.count_day(day)
    return {"classifiers": [_document(one) for one in watched]}


@dataclass(frozen=True, slots=True)
class _Choices:
    """Every candidate of every decision as a row, the choice it belongs to, and what was chosen and when by choice."""

    rows: Data
    of_row: list[int]
    taken: list[str | None]
    days: list[date]


def _choices(data: Data, decisions: list[LoggedDecision]) -> _Choices:
    customers, employees = set(data.customers.ids), set(data.employees.ids)
    rows: list[Outcome] = []
    of_row: list[int] = []
    kept = [one for one in decisions if one.customer_id in customers]
    for number, one in enumerate(kept):
        for candidate in one.candidates:
            if candidate.employee_id in employees:
                who = one.customer_id or ""
                rows.append(Outcome(who, candidate.employee_id, one.at, 0.0, intent=one.intent, channel=one.channel))
                of_row.append(number)
    table = outcomes_of(rows, data.customers.ids, data.employees.ids)
    told = Data(data.customers, data.employees, table, data.framework)
    seen = sorted(set(of_row))
    return _Choices(told, of_row, [kept[number].employee_id for number in seen], [kept[n].at.date() for n in seen])


def _agreed(
    choices: _Choices, mine: list[int], one: KnownClassifier, theirs: list[int] | None
) -> dict[date, tuple[int, int]]:
    """By day how many choices there were, and in how many it likes best whom the one in service likes best; of that one
    itself: whom the router took."""
    found: dict[date, tuple[int, int]] = {}
    for place, row in enumerate(mine):
        if one.state is ClassifierState.CURRENT or theirs is None:
            employee = choices.rows.employees.ids[int(choices.rows.outcomes.employee[row])]
            is_same = employee == choices.taken[place]
        else:
            is_same = row == theirs[place]
        count, same = found.get(choices.days[place], (0, 0))
        found[choices.days[place]] = count + 1, same + is_same
    return found


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
