"""One profile as a picture: each share with its 90 % interval now, and how it moved since the first evidence.

Every category has the same ink and the same scale, in the framework file's order: preferences have no rank.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import PercentFormatter

from matcher.profiles.facets import Profile
from matcher.profiles.history import Action, Event, curve_of
from matcher.use_cases.read_profile_history import ProfileStory

INK, BAND, QUIET, FAINT = "#36454F", "#C9D1D8", "#6B7680", "#E3E7EA"
DOTS_PER_INCH = 130
WIDTH_INCHES, ROW_INCHES, REST_INCHES = 11.5, 0.72, 2.5
POINTS = 160  # of the curve, besides the moments of events
MOST_EVENTS = 200  # drawn one by one; of more the newest
DAY_S = 86_400.0
MARKERS = {Action.RECORDED: "o", Action.REVOKED: "x", Action.CONTESTED: "X"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "{name}: relative emphasis, ± uncertainty",
        "values": "value systems",
        "channel": "channels",
        "decision_style": "decision style",
        "service_window": "service window",
        "now": "Now: share and 90 % interval",
        "moved": "How it moved",
        "prior": "dotted: what is expected of someone nobody knows",
        "events": "what happened",
        "recorded": "recorded",
        "revoked": "revoked",
        "contested": "contested by the employee",
        "nothing": "Nobody said anything yet: these are the shares expected of someone nobody knows.",
        "hidden": "The employee hides this profile: it counts for nothing.",
        "state": "as of {at}, {n_eff:.1f} pseudo-observations, confidence {confidence:.2f}",
        "caution": "Preferences, not levels: none is higher. Not for hiring, appraisal or dismissal.",
        "survey": "form",
        "hr_tag": "HR's tag",
        "self_tag": "own word",
        "behaviour": "behaviour",
        "text": "text",
        "segment": "segment",
        "outcome": "outcomes",
        "date": "%Y-%m-%d",
        "decimal": ".",
    },
    "nl": {
        "title": "{name}: relatieve nadruk, ± onzekerheid",
        "values": "waardesystemen",
        "channel": "kanalen",
        "decision_style": "beslisstijl",
        "service_window": "servicevenster",
        "now": "Nu: aandeel en 90 %-interval",
        "moved": "Hoe het bewoog",
        "prior": "gestippeld: wat van een onbekende te verwachten is",
        "events": "wat er gebeurde",
        "recorded": "vastgelegd",
        "revoked": "ingetrokken",
        "contested": "betwist door de medewerker",
        "nothing": "Nog niemand zei iets: dit zijn de aandelen die van een onbekende te verwachten zijn.",
        "hidden": "De medewerker verbergt dit profiel: het telt nergens mee.",
        "state": "op {at}, {n_eff:.1f} pseudowaarnemingen, zekerheid {confidence:.2f}",
        "caution": "Voorkeuren, geen niveaus: geen is hoger. Niet voor werving, beoordeling of ontslag.",
        "survey": "vragenlijst",
        "hr_tag": "label van HR",
        "self_tag": "eigen woord",
        "behaviour": "gedrag",
        "text": "tekst",
        "segment": "segment",
        "outcome": "uitkomsten",
        "date": "%d-%m-%Y",
        "decimal": ",",
    },
}


def draw(story: ProfileStory, path: Path, *, language: str) -> None:
    """Write the picture; the ending of `path` (.png or .svg) says as what, `language` is nl or en."""
    words = WORDS[language]
    events = story.events[-MOST_EVENTS:]
    moments = _moments(events, story.at)
    curve = list(curve_of(story.employee.id, story.framework, story.facet, story.events, moments))
    canvas = Canvas(figsize=_size(story), layout="constrained")
    FigureCanvasAgg(canvas)
    axes = _grid(canvas, story)
    top = _scale(curve)
    for row, dim in enumerate(story.facet.dims):
        label = story.framework.labels.get(dim, {}).get(language, dim.replace("_", " "))
        prior = story.facet.prior_mean[row]
        _interval(axes[row, 0], curve[-1], row, label=label, prior=prior, top=top)
        if events:
            _movement(axes[row, 1], moments, curve, row, events=events, prior=prior, top=top)
    axes[0, 0].set_title(words["now"], loc="left", fontsize=10, color=INK)
    axes[story.facet.size - 1, 0].tick_params(labelbottom=True)
    if events:
        axes[0, 1].set_title(f"{words['moved']} ({words['prior']})", loc="left", fontsize=10, color=INK)
        _happenings(axes[-1, 1], events, moments, words)
        _legend(axes[-1, 0], axes[-1, 1])
    _head(canvas, story, curve[-1], words)
    canvas.savefig(path, dpi=DOTS_PER_INCH)


def _size(story: ProfileStory) -> tuple[float, float]:
    height = story.facet.size * ROW_INCHES + REST_INCHES
    return (WIDTH_INCHES, height) if story.events else (WIDTH_INCHES * 0.65, height - 0.8)


def _grid(canvas: Canvas, story: ProfileStory) -> Any:
    """A row a category, beside it its movement where there is any, and then what happened below."""
    rows = story.facet.size
    if not story.events:
        return canvas.subplots(rows, 1, squeeze=False)
    return canvas.subplots(rows + 1, 2, width_ratios=(1.0, 1.75), height_ratios=[1.0] * rows + [1.1], squeeze=False)


def _legend(beside: Axes, happenings: Axes) -> None:
    """The legend of what happened, in the corner beside it."""
    beside.axis("off")
    handles, labels = happenings.get_legend_handles_labels()
    beside.legend(handles, labels, frameon=False, fontsize=8, labelcolor=INK, loc="center left")


def _head(canvas: Canvas, story: ProfileStory, now: Profile, words: Mapping[str, str]) -> None:
    name = story.employee.name or story.employee.id
    state = words["state"].format(at=story.at.strftime(words["date"]), n_eff=now.n_eff, confidence=now.confidence)
    state = state.replace(".", words["decimal"])
    title = words["title"].format(name=name)
    lines = [title, f"{story.framework.name}, {words[story.facet.id]}; {state}"]
    lines += [words["nothing"]] if not story.events else []
    lines += [words["hidden"]] if story.is_hidden else []
    canvas.suptitle("\n".join(lines), fontsize=11, color=INK, x=0.01, ha="left", parse_math=False)
    canvas.supxlabel(words["caution"], fontsize=9, color=QUIET, x=0.01, ha="left")


def _moments(events: Sequence[Event], now: datetime) -> list[datetime]:
    """When the curve is computed: evenly, and right before and at each event."""
    if not events:
        return [now]
    start = min(events[0].at, now - timedelta(hours=1))
    start -= (now - start) / 25
    evenly = [start + (now - start) * step / POINTS for step in range(POINTS + 1)]
    around = [moment for event in events for moment in (event.at - timedelta(microseconds=1), event.at)]
    return sorted({moment for moment in (*evenly, *around) if moment <= now} | {now})


def _scale(curve: Sequence[Profile]) -> float:
    """The largest share shown anywhere, in whole tenths: one scale for all."""
    highest = max(high for profile in curve for _, high in profile.ci90)
    return min(1.0, float(np.ceil(highest * 10) / 10))


def _interval(axes: Axes, now: Profile, row: int, *, label: str, prior: float, top: float) -> None:
    low, high = now.ci90[row]
    axes.axvline(prior, color=QUIET, linestyle=":", linewidth=0.9)
    axes.plot([low, high], [0, 0], color=INK, linewidth=5, alpha=0.35, solid_capstyle="butt")
    axes.plot(now.share[row], 0, "o", color=INK, markersize=6)
    told = f"{100 * now.share[row]:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
    axes.annotate(told, (1.0, 0.80), xycoords="axes fraction", ha="right", fontsize=8, color=QUIET)
    axes.set(xlim=(0, top), ylim=(-1, 1), yticks=[0])
    axes.set_yticklabels([label], fontsize=10, color=INK)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.tick_params(axis="x", labelbottom=False, labelsize=8, colors=QUIET)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT)
    _tidy(axes, ("top", "right", "left"))


def _movement(
    axes: Axes,
    moments: Sequence[datetime],
    curve: Sequence[Profile],
    row: int,
    *,
    events: Sequence[Event],
    prior: float,
    top: float,
) -> None:
    """The share of one category over time in its band; a thin line where something happened."""
    days = _days(moments)
    bounds = np.array([profile.ci90[row] for profile in curve])
    axes.fill_between(days, bounds[:, 0], bounds[:, 1], color=BAND, linewidth=0)
    axes.plot(days, [profile.share[row] for profile in curve], color=INK, linewidth=1.4)
    axes.axhline(prior, color=QUIET, linestyle=":", linewidth=0.9)
    for event in events:
        axes.axvline(_days([event.at])[0], color=QUIET, linewidth=0.5, alpha=0.5)
    axes.set(xlim=(days[0], days[-1]), ylim=(0, top), yticks=(0, top))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.tick_params(axis="y", labelsize=8, colors=QUIET)
    axes.tick_params(axis="x", labelbottom=False, length=0)
    _tidy(axes, ("top", "right"))


def _happenings(axes: Axes, events: Sequence[Event], moments: Sequence[datetime], words: Mapping[str, str]) -> None:
    """What happened when: a row a source, a marker a kind of event."""
    sources = list(dict.fromkeys(event.evidence.source.value for event in events))
    for action, marker in MARKERS.items():
        some = [event for event in events if event.action is action]
        if some:
            rows = [sources.index(event.evidence.source.value) for event in some]
            days = _days([event.at for event in some])
            axes.plot(days, rows, marker, color=INK, markersize=6, label=words[str(action)], linestyle="none",
                      fillstyle="none" if action is Action.RECORDED else "full")  # fmt: skip
    axes.set(xlim=_days([moments[0], moments[-1]]), ylim=(len(sources) - 0.5, -0.5))
    axes.set_yticks(range(len(sources)), [words[source] for source in sources], fontsize=8, color=INK)
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=6))  # type: ignore[no-untyped-call]  # matplotlib's
    axes.xaxis.set_major_formatter(DateFormatter(words["date"]))  # type: ignore[no-untyped-call]  # as above
    axes.tick_params(axis="x", labelsize=8, colors=QUIET)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=FAINT)
    _tidy(axes, ("top", "right", "left"))


def _tidy(axes: Axes, hidden: Sequence[str]) -> None:
    axes.spines[list(hidden)].set_visible(False)
    axes.spines[:].set_color(QUIET)
    axes.set_axisbelow(True)


def _days(moments: Sequence[datetime]) -> list[float]:
    """Days since 1970, as matplotlib counts time."""
    return [moment.timestamp() / DAY_S for moment in moments]
