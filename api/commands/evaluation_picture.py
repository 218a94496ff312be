"""An evaluation as two pictures: whether probabilities mean what they say, and whether pairing adds anything."""

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
