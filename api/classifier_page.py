"""A classifier's card as a page for people, in English or Dutch: one file, no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from flask import render_template

from api.classifier_words import WORDS
from matcher.compatibility.gate import MOST_BIAS, SLOPES
from matcher.compatibility.segments import FOUR_FIFTHS
from matcher.compatibility.story import weighing_told
from matcher.use_cases.classifier_ports import KnownClassifier
from matcher.use_cases.read_live_record import LiveRecord

if TYPE_CHECKING:
    from matcher.compatibility.measures import Figure as Span

HTML = "text/html"
MEASURES = ("auc", "within_auc", "log_loss", "brier", "ece", "slope")
OF_SEGMENT = ("auc", "log_loss", "slope", "said", "came", "ratio")
BOUNDS = {"calibrated_on_the_whole": (-MOST_BIAS, MOST_BIAS), "calibrated_in_boldness": SLOPES}
SIZE, EDGE = 320, 36  # of a plot, in pixels
ROW, WIDTH, MIDDLE, REACH = 26, 640, 400, 200  # of the gains

Figure = Mapping[str, float | None]


def gate_lines(gate: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Each question of the gate: whether it is `passed`, its `name`, and its answer as `told` in `en` or `nl`."""
    says, lines = _Says(language), gate.get("lines")
    return [_gate_line(line, says) for line in lines] if isinstance(lines, list) else []


@cache
def content_policy() -> str:
    """What the page may load: its own style, known by its hash."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"


def card_page(one: KnownClassifier, live: LiveRecord, language: str) -> str:
    """The page, `en` or `nl`; to be made within a request, whose application knows the template."""
    card: Mapping[str, Any] = one.card
    says, evaluation = _Says(language), card.get("evaluation", {})
    measures: Mapping[str, Mapping[str, Figure]] = evaluation.get("measures") or {}
    return render_template(
        "classifier.html",
        language=language,
        words=says.words,
        style=_style(),
        version=one.version,
        facts=_facts(one, says),
        alarms=one.alarms,
        gate=gate_lines(one.gate, language),
        live=_live(live, says),
        measure_head=("", *(says.word(name) for name in MEASURES)),
        measures=[
            (says.word(name), *(says.figure(figures.get(each)) for each in MEASURES))
            for name, figures in measures.items()
        ],
        not_told=evaluation.get("not_told", says.word("nothing")),
        gains=_gains(evaluation.get("gains", {}), says),
        points=[(EDGE + round(SIZE * said, 1), EDGE + round(SIZE * (1 - came), 1)) for said, came, _ in _points(card)],
        plot={"edge": EDGE, "far": EDGE + SIZE, "whole": SIZE + 2 * EDGE},
        segment_head=says.words["segment_head"],
        segments=[_segment(each, says) for each in evaluation.get("segments", ())],
        parities=[_parity(side, each, says) for side, each in evaluation.get("parity", {}).items()],
        weighing=_weighing(card, says),
        limits=[says.word(each) for each in card.get("limits", ())],
        features=[[feature[name] for name in ("name", "block", "unit")] for feature in card.get("features", ())],
    )


class _Says:
    """Words and numbers of a language."""

    def __init__(self, language: str) -> None:
        self.words = WORDS[language]
        self.is_dutch = language == "nl"

    def word(self, name: str) -> str:
        """The word for it; itself where there is none."""
        return str(self.words.get(name, name))

    def number(self, value: float, digits: int = 0) -> str:
        """The number, with thousands and decimals parted as the language does."""
        told = f"{value:,.{digits}f}"
        return told.translate(str.maketrans(",.", ".,")) if self.is_dutch else told

    def figure(self, figure: Figure | None, digits: int = 3) -> str:
        """Value and interval in brackets; a dash where outcomes cannot tell."""
        value, low, high = (None if figure is None else figure[part] for part in ("value", "low", "high"))
        if value is None:
            return "–"
        if low is None or high is None:
            return self.number(value, digits)
        interval = self.words["to"].format(low=self.number(low, digits), high=self.number(high, digits))
        return f"{self.number(value, digits)} ({interval})"


@cache
def _style() -> str:
    return resources.files("api").joinpath("templates", "classifier.css").read_text(encoding="utf-8").strip()


def _live(live: LiveRecord, says: _Says) -> Iterator[tuple[str, str, str]]:
    """How it does on live decisions: what, the figure with its interval, and on how many."""
    words, since = says.words, f"{live.since:%Y-%m-%d %H:%M}"
    spoke, logged = says.number(live.decisions), says.number(live.looked_at)
    yield words["spoke"], "", words["of_logged"].format(spoke=spoke, logged=logged, since=since)
    yield words["agreed"], _told(live.agreement, says), words["choices"].format(count=says.number(live.compared))
    on = words["on"].format(count=says.number(live.outcomes))
    losses = {"live_loss": live.log_loss, "current_loss": live.current_log_loss, "live_gain": live.gain}
    for name, figure in losses.items():
        yield words[name], _told(figure, says), on


def _told(figure: "Span | None", says: _Says) -> str:
    return says.figure(None if figure is None else asdict(figure), 4)


def _facts(one: KnownClassifier, says: _Says) -> Iterator[tuple[str, str]]:
    words, minute = says.words, "%Y-%m-%d %H:%M"
    yield words["state"], says.word(str(one.state))
    yield words["learnt"], words["by_seed"].format(at=f"{one.made_at:{minute}}", who=one.made_by, seed=one.seed)
    first, last = f"{one.first_outcome_at:%Y-%m-%d}", f"{one.last_outcome_at:%Y-%m-%d}"
    yield words["from"], words["window"].format(outcomes=says.number(one.outcomes), first=first, last=last)
    yield words["framework"], one.framework
    promoted_at = None if one.promoted_at is None else f"{one.promoted_at:{minute}}"
    yield words["promoted"], words["by"].format(at=promoted_at, who=one.promoted_by) if promoted_at else words["no"]
    yield words["retrain"], words["erased"] if one.person_erased else words["no"]
    yield words["digest"], one.digest


def _gate_line(line: Mapping[str, Any], says: _Says) -> dict[str, object]:
    """A question and its answer; in Dutch the answer is the figures behind it."""
    name: str = line["name"]
    if not says.is_dutch:
        return {"passed": line["passed"], "name": name.replace("_", " "), "told": line["told"]}
    called = str if name == "no_segment_worse" else says.word  # those figures bear the names of segments
    told = "; ".join(f"{called(each)} {says.figure(one)}" for each, one in line["figures"].items())
    if name in BOUNDS:
        low, high = (says.number(bound, 2) for bound in BOUNDS[name])
        told += "; " + says.words["allowed"].format(low=low, high=high)
    missing = "none_serves" if name == "beats_current" and line["passed"] else "unanswered"
    return {"passed": line["passed"], "name": says.word(name), "told": told or says.word(missing)}


def _gains(gains: Mapping[str, Mapping[str, float]], says: _Says) -> dict[str, object] | None:
    """Where each gain and its interval lie, to the right of the line where it is better."""
    known = {name: one for name, one in gains.items() if None not in one.values()}
    if not known:
        return None
    far = max(max(abs(one["low"]), abs(one["high"])) for one in known.values()) or 1.0
    rows = [
        {"name": says.word(name), "y": ROW * place + ROW // 2}
        | {part: round(MIDDLE + REACH * one[part] / far, 1) for part in ("low", "value", "high")}
        for place, (name, one) in enumerate(known.items())
    ]
    bottom = ROW * len(known)
    shape = {"width": WIDTH, "middle": MIDDLE, "bottom": bottom, "height": bottom + ROW}
    return {**shape, "rows": rows, "far": says.number(far, 4)}


def _points(card: Mapping[str, Any]) -> Sequence[Sequence[float]]:
    """What was told, what came, and how many of all, a bin each."""
    points: Sequence[Sequence[float]] = card.get("reliability", ())
    return points


def _segment(one: Mapping[str, Any], says: _Says) -> tuple[str, ...]:
    outcomes = "<5" if one["outcomes"] is None else says.number(one["outcomes"])
    figures = (says.figure(one["figures"].get(name)) for name in OF_SEGMENT)
    return says.word(one["side"]), one["name"], outcomes, *figures


def _parity(side: str, one: Mapping[str, Any], says: _Says) -> str:
    """The lowest group beside the highest; the verdict is the interval's."""
    if not says.is_dutch:
        return f"{side}s: {one['verdict']}"
    ratio: Figure = one["ratio"]
    low, high = ratio["low"], ratio["high"]
    is_kept, is_broken = low is not None and low >= FOUR_FIFTHS, high is not None and high < FOUR_FIFTHS
    verdict = "kept" if is_kept else "broken" if is_broken else "open"
    names = {"lowest": one["lowest"], "highest": one["highest"], "ratio": says.figure(ratio, 2)}
    return says.word("parity").format(verdict=says.word(verdict), side=says.word(side), **names)


def _weighing(card: Mapping[str, Any], says: _Says) -> str | None:
    """How outcomes were weighed, in a sentence or two; `None` for a card that does not tell."""
    told = card.get("weighing")
    if not isinstance(told, Mapping):
        return None
    if not says.is_dutch:
        return f"Its outcomes are {weighing_told(card)}."
    effective, largest = says.number(told["effective"]), says.number(told["largest_weight"], 2)
    worth: str = says.words["worth"].format(effective=effective, largest=largest)
    if told.get("share_answered") is None:
        return worth
    modelled = says.word("modelled" if told["answers_modelled"] else "unmodelled")
    answered, share = says.number(told["answered"]), says.number(100 * told["share_answered"])
    return f"{worth} {says.word('share').format(answered=answered, share=share, modelled=modelled)}"
