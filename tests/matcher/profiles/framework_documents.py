"""A small valid framework file with every part a file can have, shipped ones, and ways to change them."""

import copy
import json
from typing import Any

import numpy as np
import pytest

from matcher.errors import InvalidInput
from matcher.profiles.framework import parse_framework
from models.frameworks import SHIPPED

Document = dict[str, Any]
DIMS = ("calm", "bold", "exact")
PERMUTATION = np.random.default_rng(8).permutation(8)  # seed 8


def both(text: str) -> dict[str, str]:
    """A text in both languages of the file."""
    return {"en": text, "nl": f"nl {text}"}


def choice(item_id: str, dims: tuple[str, ...] = DIMS) -> Document:
    """An item to choose in."""
    options = [{"dim": dim} | both(f"{item_id} {dim}") for dim in dims]
    return {"id": item_id, "stem": both(f"stem {item_id}"), "options": options}


def rated(item_id: str, dim: str, **more: object) -> Document:
    """An item to rate."""
    return {"id": item_id, "dim": dim, "stem": both(f"stem {item_id}")} | more


def document() -> Document:
    """A small valid framework of three systems."""
    return {
        "schema": "value-framework/1",
        "id": "three",
        "version": "1.0.0",
        "title": {"en": "Three styles", "nl": "Drie stijlen"},
        "notice": "For tests.",
        "dimensions": [{"id": "calm", "label": both("calm")}, {"id": "bold"}, {"id": "exact"}],
        "prior": {"mean": [0.5, 0.3, 0.2], "A0": 6.0},
        "sources": {
            "survey": {"half_life_days": 700, "cap": 12.0},
            "hr_tag": {"half_life_days": 300, "validity": 0.5},
            "outcome": {"half_life_days": 300, "cap": 4, "temper": 0.5},
        },
        "facets": {
            "channel": {
                "dims": ["chat", "phone"],
                "prior": {"mean": [0.5, 0.5], "A0": 3},
                "half_life_days": 90,
                "item": choice("K1", ("chat", "phone")) | {"select_max": 2},
            }
        },
        "forms": {
            "staff": {
                "mode": "best_worst",
                "alt_mode": "allocate",
                "lambda": 1.5,
                "order": ["S2", "S1"],
                "items": [choice("S1"), choice("S2") | {"lambda": 0.5}],
            },
            "customer": {
                "mode": "rate",
                "scale": [1, 5],
                "scoring": "mean",
                "norms": {dim: {"mean": 3.5, "sd": 0.8, "reliability": 0.6} for dim in DIMS},
                "order": ["C1", "C2", "C3"],
                "items": [rated("C1", "calm"), rated("C2", "bold"), rated("C3", "exact", reverse=True)],
            },
        },
        "lexicon": {"en": {"calm": ["quiet"]}, "nl": {"calm": ["rustig", "stil"]}},
        "cues": {"bold": {"do": both("be brief"), "dont": both("hedge")}},
        "service_concepts": {"calm": both("One thing at a time.")},
        "state_triggers": [
            {
                "id": "outage",
                "intents": ["outage"],
                "events": ["lockout"],
                "share": {"calm": 0.75, "exact": 0.25},
                "rho": 0.4,
                "hours": 6,
                "cause": both("an outage"),
            }
        ],
        "crosswalk": {"two@1.0.0": {"dims": ["slow", "fast"], "matrix": [[0.75, 0, 0.25], [0, 1, 0]]}},
        "affinity_prior": {
            "kind": "hypothesis",
            "rows": "customer",
            "cols": "employee",
            "matrix": [[1, 0.2, 0.3], [0.1, 1, 0.4], [0.5, 0.6, 1]],
        },
    }


def changed(place: str, value: object, whole: Document | None = None) -> Document:
    """The valid document with one place set, or removed where the value is `...`; `-` adds at the end of a list."""
    broken = copy.deepcopy(document() if whole is None else whole)
    *path, last = (token.replace("~1", "/") for token in place.strip("/").split("/"))
    owner: Any = broken
    for key in path:
        owner = owner[int(key) if isinstance(owner, list) else key]
    if last == "-":
        owner.append(value)
        return broken
    key = int(last) if isinstance(owner, list) else last
    if value is ...:
        del owner[key]
    else:
        owner[key] = value
    return broken


def faults_of(broken: Document) -> list[tuple[str, str]]:
    """Pointer and code of every fault."""
    with pytest.raises(InvalidInput) as refused:
        parse_framework(broken)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def shipped_document(name: str = "colours8") -> dict[str, Any]:
    """The document of a shipped framework."""
    document: dict[str, Any] = json.loads((SHIPPED / f"{name}.json").read_text("utf-8"))
    return document


def permuted(document: dict[str, Any], order: list[int]) -> dict[str, Any]:
    """The same framework with its dimensions in another order."""
    moved = copy.deepcopy(document)
    matrix = np.array(document["affinity_prior"]["matrix"])
    moved["dimensions"] = [document["dimensions"][place] for place in order]
    moved["prior"]["mean"] = [document["prior"]["mean"][place] for place in order]
    moved["affinity_prior"]["matrix"] = matrix[np.ix_(order, order)].tolist()
    return moved
