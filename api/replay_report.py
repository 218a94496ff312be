"""The report of a replay: what was read, what was found and how, as one document and in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from matcher.errors import MatcherError
from matcher.simulation.compare import Comparison
from matcher.simulation.history import REPLAYED, Fate, History
from matcher.simulation.measures import Difference, Estimate, Figure, Verdict
from matcher.simulation.rebuild import REALITY, Rebuilt
from matcher.simulation.staffing import StaffingTerms
from matcher.simulation.tallies import Tally, by_hour, loads

FATES = {
    Fate.SERVED: "served by a named employee",
    Fate.SERVED_LENGTH_UNKNOWN: "served by a named employee, length not recorded",
    Fate.GAVE_UP: "gave up waiting",
    Fate.GAVE_UP_SHORT: "gave up waiting at once (under {short_s} s)",
    Fate.NEVER_QUEUED: "hung up in the menu, never asked for a person",
    Fate.SERVED_UNNAMED: "answered, but no employee is named",
    Fate.PHANTOM: "phantom, to be ignored",
    Fate.MALFORMED: "malformed, could not be used",
}
FIGURES = {
    Figure.MEAN_WAIT: "Mean wait",
    Figure.MEDIAN_WAIT: "Median wait",
    Figure.P90_WAIT: "Wait, 90th percentile",
    Figure.P95_WAIT: "Wait, 95th percentile",
    Figure.SERVICE_LEVEL: "Answered within {within_s:g} s",
    Figure.ABANDONMENT: "Gave up waiting",
    Figure.OCCUPANCY: "Occupancy",
    Figure.LOAD_SPREAD: "Spread of occupancy between employees",
    Figure.COMPATIBILITY: "Mean compatibility (drawn profiles)",
}
SECONDS = {Figure.MEAN_WAIT, Figure.MEDIAN_WAIT, Figure.P90_WAIT, Figure.P95_WAIT}
RUNS = {REALITY: "what happened", "longest_idle": "longest idle", "first_come": "first come", "klik": "klik"}


@dataclass(frozen=True, slots=True)
class Judge:
    """A classifier by which the policy klik judged who fits whom: its SHA-256, and how many outcomes it learnt from."""

    sha256: str
    outcomes: int


@dataclass(frozen=True, slots=True)
class Setting:
    """With what a replay was run: the source's name, and every choice that changes the figures."""

    source: str
    within_s: float
    short_s: int
    seed: int
    profile_seed: int | None
    terms: StaffingTerms
    employees_known: int | None = None
    rule_set: str | None = None
    classifier: Judge | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that a replay found."""

    setting: Setting
    history: History
    rebuilt: Rebuilt
    comparison: Comparison
    rounds: Mapping[str, Mapping[str, int]]
    took_s: Mapping[str, float]

    @property
    def row_count(self) -> int:
        """How many rows the reader counted in the file."""
        return self.history.rows_read


class NotAddingUp(MatcherError):
    """The rows accounted for are not the rows read: a fault in Klik, please report it."""

    code = "not_adding_up"


def profiles_line(setting: Setting) -> str:
    """Whether value profiles were used, in one sentence; it stands on every output."""
    if setting.profile_seed is None:
        return "No value profiles: chemistry weighs nothing here."
    return (
        f"Value profiles are DRAWN AT RANDOM (seed {setting.profile_seed}), not real: "
        "compatibility here says nothing about real people."
    )


def source_line(report: Report) -> str:
    """Where the figures come from, in one sentence."""
    first = report.history.first_day
    return (
        f"{report.setting.source}: {report.row_count:,} rows over {report.history.days} days from {first:%d %B %Y}; "
        f"{len(report.rebuilt.scenario.arrivals):,} contacts replayed."
    )


def figure_label(figure: Figure, setting: Setting) -> str:
    """The figure's name, as people read it."""
    return FIGURES[figure].format(within_s=setting.within_s)


def run_label(name: str) -> str:
    """The run's name, as people read it."""
    return RUNS.get(name, name)


def amount(figure: Figure, value: float) -> str:
    """A figure with its unit."""
    if value != value:
        return "–"
    if figure in SECONDS:
        return f"{value:.1f} s"
    if figure is Figure.LOAD_SPREAD:
        return f"{100 * value:.1f} points"
    return f"{100 * value:.1f} %"


def accounting(report: Report) -> list[tuple[str, int, bool]]:
    """Each fate in words, how many rows met it, and whether such rows are replayed.

    Raises NotAddingUp when the counts do not sum to the rows read, or the contacts replayed are not the rows marked so.
    """
    counts = report.history.by_fate()
    replayed = sum(count for fate, count in counts.items() if fate in REPLAYED)
    if sum(counts.values()) != report.row_count or replayed != len(report.rebuilt.scenario.arrivals):
        raise NotAddingUp(f"{sum(counts.values())} rows accounted for, {report.row_count} read, {replayed} replayed.")
    return [
        (FATES[fate].format(short_s=report.setting.short_s), count, fate in REPLAYED) for fate, count in counts.items()
    ]


def verdicts(report: Report, *, later: str, earlier: str) -> list[str]:
    """What may be said of the difference between two runs, a sentence a figure."""
    named = {(one.run, one.reference, one.figure): one for one in report.comparison.measured.differences}
    found = [named.get((later, earlier, figure)) for figure in Figure]
    return [_sentence(one, report.setting) for one in found if one is not None]


def _sentence(difference: Difference, setting: Setting) -> str:
    label, gain = figure_label(difference.figure, setting), abs(difference.value)
    low, high = sorted((difference.low, difference.high))
    between = f"95 % interval {_signed(difference.figure, low)} to {_signed(difference.figure, high)}"
    if difference.verdict is Verdict.NOT_DISTINGUISHABLE:
        return f"{label}: not distinguishable ({between})."
    return f"{label}: {amount(difference.figure, gain).replace('%', 'points')} {difference.verdict} ({between})."


def _signed(figure: Figure, value: float) -> str:
    text = amount(figure, abs(value)).replace("%", "points")
    return f"−{text}" if value < 0 else f"+{text}"


def pairs_to_compare(report: Report) -> list[tuple[str, str]]:
    """(later, earlier) runs worth a verdict: the last policy against each other one, the first one against reality."""
    names = [run.policy for run in report.comparison.runs]
    policies = [name for name in names if name != REALITY]
    against = [(policies[-1], other) for other in policies[:-1]]
    return [*against, (policies[0], REALITY)]


def document(report: Report, notes: Sequence[str]) -> dict[str, object]:
    """The whole report for machines, with the notes on how it was done. Durations in seconds, shares in [0, 1]."""
    setting = report.setting
    return {
        "source": setting.source,
        "first_day": report.history.first_day.isoformat(),
        "days": report.history.days,
        "rows": report.row_count,
        "accounting": {str(fate): count for fate, count in report.history.by_fate().items()},
        "accounted_for": sum(count for _, count, _ in accounting(report)),
        "contacts": len(report.rebuilt.scenario.arrivals),
        "value_profiles_drawn": setting.profile_seed is not None,
        "value_profiles_seed": setting.profile_seed,
        "value_profiles_note": profiles_line(setting),
        "classifier": None if setting.classifier is None else asdict(setting.classifier),
        "seed": setting.seed,
        "answer_within_s": setting.within_s,
        "runs": [_run(report, one) for one in report.comparison.tallies],
        "differences": [_difference(one) for one in report.comparison.measured.differences],
        "how_this_was_done": list(notes),
    }  # fmt: skip


def _run(report: Report, counted: Tally) -> dict[str, object]:
    estimates = report.comparison.measured.estimates[counted.policy]
    run = next(run for run in report.comparison.runs if run.policy == counted.policy)
    arrived, gone = by_hour(run)
    return {
        "policy": counted.policy,
        "figures": {str(figure): _estimate(estimate) for figure, estimate in estimates.items()},
        "answered": int(counted.answered.sum()),
        "abandoned": int(counted.abandoned.sum()),
        "still_open": int(counted.contacts.sum() - counted.answered.sum() - counted.abandoned.sum()),
        "rounds": run.rounds,
        "took_s": round(report.took_s.get(counted.policy, 0.0), 2),
        "employees": [
            {"id": one.employee_id, "contacts": one.contacts, "busy_h": one.busy_h, "duty_h": one.duty_h,
             "occupancy": one.occupancy, "share": one.share}
            for one in loads(counted)
        ],
        "by_hour": {"arrived": arrived.tolist(), "abandoned": gone.tolist()},
    }  # fmt: skip


def _estimate(one: Estimate) -> dict[str, float | None]:
    return {"value": _plain(one.value), "low": _plain(one.low), "high": _plain(one.high)}


def _difference(one: Difference) -> dict[str, object]:
    return {
        "figure": str(one.figure), "run": one.run, "reference": one.reference, "value": _plain(one.value),
        "low": _plain(one.low), "high": _plain(one.high), "verdict": str(one.verdict),
    }  # fmt: skip


def _plain(value: float) -> float | None:
    """A number JSON knows."""
    return None if value != value else value


def who_got_whom(report: Report) -> Iterator[tuple[object, ...]]:
    """A header, then a row a run and contact: when it arrived, how long it waited, how it ended and with whom."""
    yield ("run", "contact_id", "intent", "arrived_at", "waited_s", "state", "employee_id", "value_profiles")
    profiles = "none" if report.setting.profile_seed is None else f"drawn, seed {report.setting.profile_seed}"
    for run in report.comparison.runs:
        for stay in run.stays:
            contact, at = stay.arrival.contact, report.rebuilt.scenario.moment(stay.arrival.at_s)
            arrived = at.replace(tzinfo=None).isoformat(timespec="seconds")  # the log's own clock; its zone is unknown
            state, employee = str(stay.life.state), stay.life.employee_id or ""
            yield run.policy, contact.id, contact.intent, arrived, round(stay.waited_s, 1), state, employee, profiles
