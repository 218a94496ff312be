"""An evaluation as pictures: whether probabilities mean what they say, whether pairing adds anything, and to whom."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import PercentFormatter

from matcher.compatibility.evaluate import LEARNED, Data, Evaluation, uplift
from matcher.compatibility.measures import reliability

INK, QUIET, FAINT = "#36454F", "#6B7680", "#E3E7EA"
DOTS_PER_INCH = 130
SIZE_INCHES = (6.0, 5.4)
MOST_SEGMENTS = 40  # more are no picture; the table has them all


def draw_reliability(found: Evaluation, data: Data, path: Path) -> None:
    """Write what was said against what came, in 15 bins of equal mass (PNG)."""
    later = data.outcomes.take(found.rows)
    bins = reliability(found.predictions[LEARNED], later.success, later.weight)
    title = f"What was said, and what came\n{len(found.rows):,} later outcomes ({found.split}, {found.start})"
    axes, canvas = _axes(title, "probability said", "share of good outcomes")
    low, high = _range([one for said, came, _ in bins for one in (said, came)])
    axes.plot([low, high], [low, high], color=QUIET, linestyle=":", linewidth=1)
    axes.plot([said for said, _, _ in bins], [came for _, came, _ in bins], "o-", color=INK, linewidth=1.2)
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    canvas.savefig(path, dpi=DOTS_PER_INCH)


def draw_uplift(found: Evaluation, data: Data, path: Path) -> None:
    """Write success beyond main effects by tenths of what pairing was said to add (PNG)."""
    tenths = uplift(found, data)
    title = f"What pairing adds beyond main effects\n{found.verdicts['main effects only']}"
    axes, canvas = _axes(title, "said to be added", "success beyond main effects")
    low, high = _range([0.0, *(said for said, _ in tenths)])
    axes.plot([low, high], [low, high], color=QUIET, linestyle=":", linewidth=1)
    axes.axhline(0.0, color=QUIET, linewidth=0.8)
    axes.plot([said for said, _ in tenths], [came for _, came in tenths], "o", color=INK)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    canvas.savefig(path, dpi=DOTS_PER_INCH)


def draw_segments(found: Evaluation, path: Path) -> None:
    """Write for each segment and team what was said and what came, with its 95 % interval (PNG)."""
    told = [one for one in found.segments if one.figures][:MOST_SEGMENTS]
    axes, canvas = _axes("What was said (|) and what came, by segment and team", "share of good outcomes", "")
    places = range(len(told))
    for place, one in zip(places, told, strict=True):
        came = one.figures["came"]
        axes.plot([came.low, came.high], [place, place], color=QUIET, linewidth=1.2)
        axes.plot([came.value], [place], "o", color=INK)
        axes.plot([one.figures["said"].value], [place], "|", color=INK, markersize=14)
    axes.set_yticks(list(places), [f"{one.side} {one.name} ({one.outcomes:,})" for one in told], parse_math=False)
    axes.set_ylim(max(len(told), 1) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if not told:
        axes.text(0.5, 0.05, "No segment or team has 50 outcomes to be judged by.", ha="center", color=INK)
        axes.set_xlim(0.0, 1.0)
    canvas.savefig(path, dpi=DOTS_PER_INCH)


def _axes(title: str, across: str, up: str) -> tuple[Axes, Canvas]:
    canvas = Canvas(figsize=SIZE_INCHES, layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.subplots()
    axes.set_title(title, loc="left", fontsize=9, color=INK, parse_math=False)
    axes.set_xlabel(across, color=INK)
    axes.set_ylabel(up, color=INK)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(color=FAINT)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes, canvas


def _range(values: Sequence[float]) -> tuple[float, float]:
    margin = 0.05 * (max(values) - min(values)) or 0.01
    return min(values) - margin, max(values) + margin
