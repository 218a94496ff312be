"""The report of a replay as tables on a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from api.replay_method import method
from api.replay_report import (
    Report,
    accounting,
    amount,
    figure_label,
    pairs_to_compare,
    profiles_line,
    run_label,
    source_line,
    verdicts,
)
from matcher.simulation.measures import Figure
from matcher.simulation.tallies import Load, loads


def shown(report: Report) -> Group:
    """The whole report, top to bottom: rows, figures, differences, load, method."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text(source_line(report), style="bold")
    yield Text(profiles_line(report.setting), style="yellow" if report.setting.profile_seed is not None else "")
    yield _accounting(report)
    yield _figures(report)
    for later, earlier in pairs_to_compare(report):
        yield Text(f"{run_label(later)} against {run_label(earlier)}", style="bold")
        yield _bullets(verdicts(report, later=later, earlier=earlier))
    yield _loads(report)
    yield Text("How this was done", style="bold")
    yield _bullets(method(report))


def _accounting(report: Report) -> Table:
    table = Table("What became of the row", "Rows", "Replayed", title="Every row once")
    table.columns[1].justify = "right"
    rows = accounting(report)
    for label, count, is_replayed in rows:
        table.add_row(label, f"{count:,}", "yes" if is_replayed else "no")
    table.add_section()
    table.add_row(
        "sum", f"{sum(count for _, count, _ in rows):,}", f"of {report.row_count:,} rows in the file", style="bold"
    )
    return table


def _figures(report: Report) -> Table:
    estimates = report.comparison.measured.estimates
    table = Table("", *(run_label(name) for name in estimates), title="Figures, with 95 % intervals")
    for figure in Figure:
        row = [estimates[name].get(figure) for name in estimates]
        if not any(row):
            continue
        cells = [
            "–" if one is None else f"{amount(figure, one.value)}\n({_bare(figure, one.low)}–{_bare(figure, one.high)})"
            for one in row
        ]
        table.add_row(figure_label(figure, report.setting), *cells)
    return table


def _bare(figure: Figure, value: float) -> str:
    return amount(figure, value).split(" ")[0]


def _loads(report: Report) -> Table:
    """Contacts, busy hours and occupancy of every employee under every run, in the order of what happened."""
    by_run = [
        (counted.policy, {one.employee_id: one for one in loads(counted)}) for counted in report.comparison.tallies
    ]
    table = Table(
        "Employee",
        *(run_label(name) for name, _ in by_run),
        title="Load by employee: contacts · busy hours · occupancy",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for employee in by_run[0][1]:
        if "#" not in employee:
            table.add_row(employee, *(_load(rows[employee]) for _, rows in by_run))
    second = [[one for who, one in rows.items() if "#" in who] for _, rows in by_run]
    if any(second):
        table.add_row(f"{len(second[0])} second desks", *(_load(_together(rows)) for rows in second))
    return table


def _together(rows: Sequence[Load]) -> Load:
    """The load of several desks as one."""
    busy, duty = sum(one.busy_h for one in rows), sum(one.duty_h for one in rows)
    share = sum(one.share for one in rows)
    return Load("", sum(one.contacts for one in rows), busy, duty, busy / duty if duty else 0.0, share)


def _load(one: Load) -> str:
    return f"{one.contacts:,} · {one.busy_h:.1f} h · {100 * one.occupancy:.0f} %"


def _bullets(lines: Sequence[str]) -> Text:
    return Text("\n".join(f"• {line}" for line in lines) + "\n")
