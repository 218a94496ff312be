"""A classifier's card as a page for people: one file, no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

from matcher.use_cases.classifier_ports import KnownClassifier

HTML = "text/html"
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1c2430;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #d8dde5;vertical-align:top}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.yes{color:#17663a}.no{color:#a3231f}
svg{max-width:100%;height:auto}.axis{stroke:#8a94a3}.mark{fill:#2457a6}.line{stroke:#2457a6;stroke-width:2}
.even{stroke:#c3cad4;stroke-dasharray:4 4}text{font:12px system-ui,sans-serif;fill:#444d5a}
""".strip()
SIZE, EDGE = 320, 36  # of a plot, in pixels
ROW = 26  # of a gain
NAMES = {"auc": "AUC", "within_auc": "AUC within groups", "log_loss": "log-loss", "brier": "Brier", "ece": "ECE",
         "slope": "slope"}  # fmt: skip


@cache
def content_policy() -> str:
    """What the page may load: its own style, known by its hash."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"


def card_page(one: KnownClassifier) -> str:
    """The page."""
    card: Mapping[str, Any] = one.card
    evaluation = card.get("evaluation", {})
    parts = [
        f"<h1>Classifier {escape(one.version)}</h1>",
        _pairs(_facts(one)),
        *(f'<p class="no">{escape(each)}</p>' for each in one.alarms),
        "<h2>Gate</h2>",
        _table(("", "line", "what was found"), (_gate_row(line) for line in _lines(one.gate))),
        "<h2>On later outcomes, with 95 % intervals</h2>",
        _measures(evaluation),
        _gains(evaluation.get("gains", {})),
        "<h2>What is told, and what comes</h2>",
        _reliability(card.get("reliability", [])),
        "<h2>Limits</h2><ul>" + "".join(f"<li>{escape(each)}</li>" for each in card.get("limits", [])) + "</ul>",
        "<h2>Features</h2>",
        _table(("name", "block", "unit"), (_feature_row(each) for each in card.get("features", []))),
    ]
    title = f"<title>Classifier {escape(one.version)}</title>"
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8">{title}<style>{STYLE}</style></head>'
    return f"{head}<body><main>{''.join(parts)}</main></body></html>"


def _facts(one: KnownClassifier) -> list[tuple[str, str]]:
    promoted = "no" if one.promoted_at is None else f"{one.promoted_at:%Y-%m-%d %H:%M} UTC by {one.promoted_by}"
    return [
        ("state", str(one.state)),
        ("learnt", f"{one.made_at:%Y-%m-%d %H:%M} UTC by {one.made_by}, seed {one.seed}"),
        ("from", f"{one.outcomes:,} outcomes, {one.first_outcome_at:%Y-%m-%d} to {one.last_outcome_at:%Y-%m-%d}"),
        ("framework", one.framework),
        ("promoted", promoted),
        ("asks for retraining", "yes: somebody it was learnt from was erased" if one.person_erased else "no"),
        ("SHA-256 of the card", one.digest),
    ]


def _lines(gate: Mapping[str, object]) -> Sequence[Mapping[str, Any]]:
    lines = gate.get("lines")
    return lines if isinstance(lines, list) else []


def _gate_row(line: Mapping[str, Any]) -> tuple[str, ...]:
    mark = '<span class="yes">passed</span>' if line["passed"] else '<span class="no">failed</span>'
    return mark, escape(line["name"].replace("_", " ")), escape(line["told"])


def _feature_row(feature: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(escape(str(feature[name])) for name in ("name", "block", "unit"))


def _measures(evaluation: Mapping[str, Any]) -> str:
    measures = evaluation.get("measures")
    if not measures:
        return f"<p>{escape(str(evaluation.get('not_told', 'Nothing was evaluated.')))}</p>"
    rows = ((escape(name), *(_figure(figures.get(each)) for each in NAMES)) for name, figures in measures.items())
    return _table(("", *NAMES.values()), rows)


def _figure(figure: Mapping[str, float | None] | None) -> str:
    if figure is None or figure["value"] is None:
        return "–"
    spread = "" if figure["low"] is None else f" ({figure['low']:.3f} to {figure['high']:.3f})"
    return f"{figure['value']:.3f}{spread}"


def _gains(gains: Mapping[str, Mapping[str, float]]) -> str:
    """Each gain with its interval, to the right of the line where it is better."""
    known = {name: one for name, one in gains.items() if None not in one.values()}
    if not known:
        return ""
    far = max(max(abs(one["low"]), abs(one["high"])) for one in known.values()) or 1.0
    width, middle, height = 640, 400, ROW * len(known) + ROW
    drawn = []
    for place, (name, one) in enumerate(known.items()):
        y = ROW * place + ROW / 2
        low, value, high = (middle + 200 * one[each] / far for each in ("low", "value", "high"))
        drawn.append(
            f'<text x="0" y="{y + 4:.0f}">gain over {escape(name)}</text>'
            f'<line class="line" x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<circle class="mark" cx="{value:.1f}" cy="{y:.1f}" r="4"/>'
        )
    told = f"±{far:.4f} nats an outcome"
    return (
        f'<svg role="img" aria-label="Gains with intervals" viewBox="0 0 {width} {height}" width="{width}">'
        f'<line class="axis" x1="{middle}" x2="{middle}" y1="0" y2="{height - ROW}"/>{"".join(drawn)}'
        f'<text x="{middle}" y="{height - 6}" text-anchor="middle">{told}</text></svg>'
    )


def _reliability(points: Sequence[Sequence[float]]) -> str:
    """What was told against what came, a circle a bin; on the line it is right."""
    if not points:
        return "<p>Nothing was evaluated.</p>"
    whole = SIZE + 2 * EDGE
    marks = "".join(
        f'<circle class="mark" cx="{EDGE + SIZE * said:.1f}" cy="{EDGE + SIZE * (1 - came):.1f}" r="4"/>'
        for said, came, _ in points
    )
    return (
        f'<svg role="img" aria-label="Reliability" viewBox="0 0 {whole} {whole}" width="{whole}">'
        f'<line class="axis" x1="{EDGE}" x2="{EDGE + SIZE}" y1="{EDGE + SIZE}" y2="{EDGE + SIZE}"/>'
        f'<line class="axis" x1="{EDGE}" x2="{EDGE}" y1="{EDGE}" y2="{EDGE + SIZE}"/>'
        f'<line class="even" x1="{EDGE}" x2="{EDGE + SIZE}" y1="{EDGE + SIZE}" y2="{EDGE}"/>{marks}'
        f'<text x="{EDGE}" y="{EDGE - 10}">came</text>'
        f'<text x="{EDGE + SIZE}" y="{whole - 10}" text-anchor="end">was told</text></svg>'
    )


def _pairs(facts: Iterable[tuple[str, str]]) -> str:
    return _table(None, ((escape(name), escape(told)) for name, told in facts))


def _table(head: Sequence[str] | None, rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    top = "" if head is None else "<tr>" + "".join(f"<th>{escape(each)}</th>" for each in head) + "</tr>"
    body = "".join("<tr>" + "".join(f'<td class="n">{cell}</td>' if place else f"<td>{cell}</td>"
                                    for place, cell in enumerate(row)) + "</tr>" for row in rows)  # fmt: skip
    return f"<table>{top}{body}</table>"
