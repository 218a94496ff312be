"""How a replay was done, in sentences: every treatment of the log that another reader might have chosen otherwise."""

from api.replay_report import Report, amount, profiles_line, run_label
from matcher.simulation.history import Fate
from matcher.simulation.measures import CONFIDENCE, RESAMPLES, Figure
from matcher.simulation.rebuild import LEAST_LEAVERS, REALITY


def method(report: Report) -> list[str]:
    """The notes that go with every report, one treatment each, with the counts it concerned."""
    return [*_rows_read(report), *_staff_read(report), *_times_read(report), *_judged(report), fidelity_line(report)]


def fidelity_line(report: Report) -> str:
    """How near the first policy comes to what happened: the measure of how far the replay may be trusted."""
    estimates = report.comparison.measured.estimates
    first = next(run.policy for run in report.comparison.runs if run.policy != REALITY)
    wait, gone = ({name: amount(figure, estimates[name][figure].value) for name in (first, REALITY)}
                  for figure in (Figure.MEAN_WAIT, Figure.ABANDONMENT))  # fmt: skip
    return (
        f"How true the replay is: under {run_label(first)} the mean wait is {wait[first]} and {gone[first]} give up, "
        f"where the log has {wait[REALITY]} and {gone[REALITY]}. Employees in a replay take the next contact without "
        "delay; real ones do not. So compare policies with each other: a difference from what happened is no gain to "
        "expect."
    )


def _rows_read(report: Report) -> list[str]:
    odd, counts = report.history.oddities, report.history.by_fate()
    return [
        "A contact arrives when it enters the queue or, without a queue, when it leaves the menu for a person. "
        "Types PS, NE, NW, IN, PE and TT (called back, then put on hold) all ask for a person.",
        f"The file need not be in order of time: {odd.get('out_of_order', 0):,} rows were earlier than the one above; "
        "all were sorted. "
        f"{odd.get('over_midnight', 0)} times something ran past midnight and was straightened; in "
        f"{odd.get('menu_clock_slips', 0)} rows the menu ends before it starts, which touches no wait.",
        f"Counted but not replayed: {counts[Fate.NEVER_QUEUED]:,} that hung up in the menu, {counts[Fate.PHANTOM]} "
        f"phantoms, {counts[Fate.SERVED_UNNAMED]} answered by nobody named, whose employees and hours the log does not "
        f"show, and {counts[Fate.MALFORMED]} malformed.",
        f"{odd.get('hung_up_with_service', 0)} rows say that the customer hung up and yet hold a service time by "
        "nobody: the outcome is believed. Very short answers by a named employee are kept as logged.",
        "The log's priority 2 goes first in the classic policies and presses in klik's score; 0 and 1 count alike.",
    ]


def _staff_read(report: Report) -> list[str]:
    terms, staff = report.setting.terms, report.rebuilt.staffing
    second = sum("#" in desk for desk in staff.kinds_of)
    lines = [
        f"{len(staff.kinds_of) - second} named employees. One is on duty from the start of a service to the end of the "
        f"last; a gap of {terms.break_s / 60:g} minutes or more between services ends the spell.",
        "Inside a spell, an employee was away from the end of a service for as long as someone they could serve waited "
        f"(over {terms.connecting_s:g} s) before the next service: whoever is free would have been given that contact. "
        f"This makes {staff.away_h:,.0f} h away and {staff.idle_h:,.0f} h free. Up to {terms.after_work_s / 60:g} "
        "minutes it counts as after-work that stays with the contact, whoever serves it; longer, as a break by the "
        "clock.",
        f"Where services of one name overlap by more than {terms.overlap_s:g} s, the name was used at two desks: "
        f"{second} such desks (NAME#2) hold those services.",
        f"A skill for a type shows in {terms.least_contacts} contacts of that type in this log; all skills count as "
        "equally good.",
    ]
    if report.setting.employees_known is not None:
        lines.append(f"{report.setting.employees_known} of them are in the employee file, which adds to their skills.")
    return lines


def _times_read(report: Report) -> list[str]:
    drawn, median = report.rebuilt.drawn, report.rebuilt.patience.quantile(0.5)
    told = "not reached" if median is None else f"{median:.0f} s"
    return [
        f"A served contact keeps its logged service time, whoever serves it. For the {drawn.service_of_leavers:,} who "
        f"gave up and the {drawn.service_length_unknown} whose length is not recorded it is drawn from served contacts "
        f"of the same type (seed {report.setting.seed}); every policy meets the same draws.",
        f"Who gave up keeps the patience shown. For the {drawn.patience_of_answered:,} answered, patience beyond the "
        "logged wait is drawn from the Kaplan–Meier curve in which answered contacts are censored (median patience "
        f"{told}). Own curves: {', '.join(drawn.own_curves) or 'none'} (at least {LEAST_LEAVERS} gave up).",
        "Every offer is accepted at once: the log shows no refused or expired offers.",
    ]


def _judged(report: Report) -> list[str]:
    lines = [
        "Wait: from arrival until answered or given up, over all contacts. Occupancy: time with a contact or its "
        "after-work, over time on duty and work past the end of a spell. Spread: standard deviation between employees.",
        f"Intervals: {100 * CONFIDENCE:g} %, {RESAMPLES:,} draws of {report.history.days} whole days with replacement, "
        "the same days for every run. Days are few, and one draw of patience and service times lies under all runs, so "
        "the intervals are rather too narrow. A difference whose interval holds 0 is called not distinguishable.",
        profiles_line(report.setting),
    ]
    if "klik" in report.rounds:
        rounds = report.rounds["klik"]
        bases = ", ".join(f"{count:,} by {basis}" for basis, count in sorted(rounds.items()) if basis != "degraded")
        lines.append(
            f"klik is the live service's own decision under rule set {report.setting.rule_set}. Rounds, by what the "
            f"fit of people was judged by: {bases or 'none'}; cut short: {rounds.get('degraded', 0)}."
        )
    judge = report.setting.classifier
    if judge is not None:
        lines.append(
            f"klik judges who fits whom by the classifier {judge.sha256[:12]}, learnt from {judge.outcomes:,} "
            "outcomes; it knows the log's employees and types where those outcomes name them as the log does. Whether "
            "its pairs would have gone better a replay cannot say; `klik evaluate` can."
        )
    return lines
