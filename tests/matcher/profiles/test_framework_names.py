"""No code knows the name of a value system: another framework, or another order of the same one, is another file."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.compatibility.prior import PriorCompatibility
from matcher.profiles.evidence import Source
from matcher.profiles.facets import Profile, Sums, fold, profile_of, share_table
from matcher.profiles.framework import Framework, parse_framework
from matcher.profiles.tags import tag_share
from models.frameworks import load_framework, shipped_names
from tests.architecture.house import ROOT
from tests.matcher.profiles.evidence_builders import NOW, evidence
from tests.matcher.profiles.framework_documents import PERMUTATION, permuted, shipped_document

# Terminals have colours too: what is given as a style is one of theirs.
TERMINAL_STYLE = "style"
TEXT_KEYS = ("en", "nl")  # what people read stays as it is


def renamed(document: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The same framework with other names for its dimensions, wherever they stand as a key or as a whole value."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {names.get(key, key): read(key, inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner) for inner in value]
        return names.get(value, value) if isinstance(value, str) else value

    def read(key: str, value: Any) -> Any:
        return value if key in TEXT_KEYS and isinstance(value, str) else walk(value)

    found: dict[str, Any] = walk(document)
    return found


def one_tagged(framework: Framework, dominant: str, secondary: str) -> tuple[Profile, Sums]:
    """Someone with a tag and a form behind them, told by names."""
    facet = framework.values
    chosen = {dominant: 0.7, secondary: 0.45}  # so that the rest was turned down: a form may say less than nothing
    rest = (1.0 - sum(chosen.values())) / (facet.size - 2)
    share = tuple(chosen.get(dim, rest) for dim in facet.dims)
    tag = tag_share(facet, dominant, secondary)
    pieces = [
        evidence(share=share, framework=framework.name, weight=9.0),
        evidence(Source.HR_TAG, id="ev-2", share=tag, framework=framework.name, weight=2.0),
    ]
    sums = Sums()
    for piece in pieces:
        sums = fold(sums, piece, facet)
    return profile_of("c-1", framework.name, facet, sums, NOW), sums


def test_permuting_the_dimensions_permutes_everything() -> None:
    """A respondent's profile may not hang on the order in which a file happens to list the value systems (T7)."""
    plain, moved = shipped_document(), permuted(shipped_document(), PERMUTATION.tolist())
    one, other = parse_framework(plain), parse_framework(moved)
    before, after = one_tagged(one, "red", "green")[0], one_tagged(other, "red", "green")[0]

    assert np.array(before.share)[PERMUTATION] == pytest.approx(np.array(after.share), abs=1e-9)
    assert np.array(before.ci90)[PERMUTATION] == pytest.approx(np.array(after.ci90), abs=1e-9)
    assert before.top == after.top
    assert before.p_top == pytest.approx(after.p_top, abs=1e-9)


def test_permuting_the_dimensions_leaves_compatibility_as_it_is() -> None:
    """Rows and columns of the matrix move along; a pair keeps its chance of a good outcome."""
    probabilities = []
    for document in (shipped_document(), permuted(shipped_document(), PERMUTATION.tolist())):
        framework = parse_framework(document)
        tables = [
            share_table(framework.values, [one_tagged(framework, *names)[1]], NOW)
            for names in (("blue", "orange"), ("yellow", "beige"))
        ]
        probabilities.append(PriorCompatibility(framework, mode="prior").probability(*tables)[0, 0])

    assert probabilities[0] == pytest.approx(probabilities[1], abs=1e-9)


def test_swapping_two_names_swaps_what_is_said_under_them() -> None:
    """A name is a handle and nothing else: what was said of one is then said of the other."""
    names = {"red": "turquoise", "turquoise": "red"}
    one, other = parse_framework(shipped_document()), parse_framework(renamed(shipped_document(), names))
    before, after = one_tagged(one, "red", "blue")[0], one_tagged(other, "turquoise", "blue")[0]

    assert before.share == after.share
    assert [names.get(dim, dim) for dim in before.top] == list(after.top)
    assert one.cues["red"].do == other.cues["turquoise"].do


def test_a_framework_of_nonsense_names_works_as_well() -> None:
    """No name means anything to the code."""
    dims = load_framework().values.dims
    nonsense = {dim: f"x{place}" for place, dim in enumerate(dims)}
    framework = parse_framework(renamed(shipped_document(), nonsense))

    assert one_tagged(framework, "x2", "x5")[0].share == one_tagged(load_framework(), dims[2], dims[5])[0].share
    assert framework.warnings == ()


def test_no_code_knows_the_name_of_a_value_system() -> None:
    """A colour in the code would make the file a half-truth; every name of every shipped framework is looked for."""
    names = {dim for name in shipped_names() for dim in load_framework(name).values.dims}
    told = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in code_files()
        for word, line in words_of(ast.parse(path.read_text("utf-8")))
        if word in names
    ]

    assert told == []


@pytest.mark.parametrize(
    "source", ['a = "red"', "red = 1", 'f(x="blue")', "person.blue", "def f(green): ...", '{"beige": 1}']
)
def test_a_planted_name_would_be_seen(source: str) -> None:
    """A rule that has never caught anything is not known to catch."""
    assert {word for word, _ in words_of(ast.parse(source))} & set(load_framework().values.dims)


def code_files() -> Iterator[Path]:
    """The code of the rooms, without the demo world, which plays with people of the shipped framework."""
    for room in ("matcher", "models", "api"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "demo_world" not in path.parts:
                yield path


def words_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every whole text and every name in the code; text given as a terminal's style is left out."""
    styles = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == TERMINAL_STYLE
        for inner in ast.walk(node.value)
    }
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in styles:
            yield node.value, line
        for attribute in ("id", "attr", "arg", "name"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                yield name, line
