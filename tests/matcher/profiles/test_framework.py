"""A framework file: what is read from it, and every way it can be wrong."""

import ast
import copy
import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matcher
from matcher.errors import InvalidInput, NotFound
from matcher.profiles.framework import Framework, parse_framework
from models.frameworks import load_framework

Document = dict[str, Any]


def document() -> Document:
    """A small valid framework of three systems."""
    return {
        "schema": "value-framework/1",
        "id": "three",
        "version": "1.0.0",
        "title": {"en": "Three styles", "nl": "Drie stijlen"},
        "notice": "For tests.",
        "dimensions": [{"id": "calm", "label": {"en": "calm"}}, {"id": "bold"}, {"id": "exact"}],
        "prior": {"mean": [0.5, 0.3, 0.2], "A0": 6.0},
        "sources": {
            "survey": {"half_life_days": 700, "cap": 12.0},
            "hr_tag": {"half_life_days": 300, "validity": 0.5},
        },
        "facets": {
            "channel": {"dims": ["chat", "phone"], "prior": {"mean": [0.5, 0.5], "A0": 3}, "half_life_days": 90}
        },
        "forms": {},
        "affinity_prior": {
            "kind": "hypothesis",
            "rows": "customer",
            "cols": "employee",
            "matrix": [[1, 0.2, 0.3], [0.1, 1, 0.4], [0.5, 0.6, 1]],
        },
    }


def changed(place: str, value: object) -> Document:
    """The valid document with one place set, or removed where the value is `...`."""
    broken = copy.deepcopy(document())
    *path, last = place.strip("/").split("/")
    owner: Any = broken
    for key in path:
        owner = owner[int(key) if isinstance(owner, list) else key]
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


def test_a_valid_file_is_read_as_it_stands() -> None:
    """Names, numbers and order come from the file and from nowhere else."""
    framework = parse_framework(document())

    assert framework.name == "three@1.0.0"
    assert framework.values.dims == ("calm", "bold", "exact")
    assert framework.values.prior_strength == 6.0
    assert framework.labels["calm"] == {"en": "calm"}
    assert framework.affinity[0].tolist() == [1, 0.2, 0.3]
    assert framework.facets["channel"].half_life_days == 90


def test_a_source_of_validity_r_is_worth_what_reliability_theory_says() -> None:
    """By hand: A0 = 6 and r = .5 give 6·.25/.75 = 2 pseudo-counts; a cap in the file stands as it is."""
    sources = parse_framework(document()).values.sources

    assert sources["hr_tag"].cap == pytest.approx(2.0)
    assert sources["survey"].cap == 12.0


def test_on_other_facets_behaviour_is_observed_and_has_no_cap() -> None:
    """A channel someone used is no inference; a stated wish fades in a year and weighs five contacts."""
    sources = parse_framework(document()).facets["channel"].sources

    assert sources["behaviour"].cap == math.inf
    assert sources["behaviour"].half_life_days == 90
    assert (sources["self_tag"].half_life_days, sources["self_tag"].weight) == (365, 5)


@pytest.mark.parametrize(
    ("place", "value", "pointer", "code"),
    [
        ("/schema", "value-framework/2", "/schema", "unknown_schema"),
        ("/colour", "blue", "/colour", "unknown_field"),
        ("/prior/a0", 1, "/prior/a0", "unknown_field"),
        ("/a~1b", 1, "/a~01b", "unknown_field"),
        ("/notice", ..., "/notice", "missing_field"),
        ("/dimensions/1/id", ..., "/dimensions/1/id", "missing_field"),
        ("/id", "1st", "/id", "bad_id"),
        ("/dimensions/1/id", "not so", "/dimensions/1/id", "bad_id"),
        ("/dimensions/1/id", "calm", "/dimensions/1/id", "doubled_id"),
        ("/dimensions", [], "/dimensions", "too_few_dimensions"),
        ("/prior/mean", [0.5, 0.5], "/prior/mean", "bad_prior"),
        ("/prior/mean", [0.5, 0.5, 0.0], "/prior/mean", "bad_prior"),
        ("/prior/mean", [0.5, 0.3, 0.2000001], "/prior/mean", "bad_prior"),
        ("/prior/A0", 0, "/prior/A0", "out_of_range"),
        ("/prior/A0", True, "/prior/A0", "out_of_range"),
        ("/prior/A0", math.inf, "/prior/A0", "out_of_range"),
        ("/title/nl", " ", "/title/nl", "empty_text"),
        ("/affinity_prior/matrix/1", [0, 1], "/affinity_prior/matrix", "bad_matrix"),
        ("/affinity_prior/matrix/1/1", 1.2, "/affinity_prior/matrix", "bad_matrix"),
        ("/affinity_prior/rows", "employee", "/affinity_prior/rows", "bad_matrix"),
        ("/sources/survey/cap", 0, "/sources/survey", "bad_source"),
        ("/sources/hr_tag/validity", 1.0, "/sources/hr_tag", "bad_source"),
        ("/sources/survey/half_life_days", 0, "/sources/survey/half_life_days", "out_of_range"),
        ("/sources/horoscope", {"half_life_days": 1, "cap": 1}, "/sources/horoscope", "unknown_source"),
        ("/dimensions/1/id", "nationality", "/dimensions/1/id", "protected_trait"),
        ("/facets/geloof", {"dims": [], "prior": {}, "half_life_days": 1}, "/facets/geloof", "protected_trait"),
        ("/facets/values", {"dims": [], "prior": {}, "half_life_days": 1}, "/facets/values", "doubled_id"),
        ("/facets/channel/half_life_days", -1, "/facets/channel/half_life_days", "out_of_range"),
        ("/facets/channel/prior/mean/0", 0.4, "/facets/channel/prior/mean", "bad_prior"),
        ("/forms", [], "/forms", "wrong_type"),
    ],
)
def test_a_broken_file_is_refused_at_the_place_that_is_broken(
    place: str, value: object, pointer: str, code: str
) -> None:
    """Whoever wrote the file is sent to the line, not to the manual."""
    assert (pointer, code) in faults_of(changed(place, value))


def test_every_fault_is_listed_at_once() -> None:
    """One start, one list: not a fault a start."""
    broken = changed("/prior/A0", -1) | {"schema": "x", "extra": 1, "version": 3}

    assert {pointer for pointer, _ in faults_of(broken)} == {"/schema", "/extra", "/version", "/prior/A0"}


@pytest.mark.parametrize("key", sorted(document()))
@pytest.mark.parametrize("rubbish", [None, 7, "text", [], [None], {"x": None}, [[["deep"]]]])
def test_rubbish_anywhere_is_a_refusal_and_never_a_crash(key: str, rubbish: object) -> None:
    """A file from outside may hold anything; the start must end in a sentence."""
    with suppress(InvalidInput):
        assert isinstance(parse_framework(document() | {key: rubbish}), Framework)


def test_the_shipped_framework_is_valid_and_complete() -> None:
    """It is what a fresh installation starts with."""
    framework = load_framework()

    assert framework.values.size == 8
    assert set(framework.facets) == {"values", "decision_style", "channel", "service_window"}
    assert np.diag(framework.affinity).tolist() == [1.0] * 8
    assert {language for texts in framework.labels.values() for language in texts} == {"en", "nl"}


def test_an_operator_may_add_a_framework_of_their_own(tmp_path: Path) -> None:
    """Six or seven colours, styles, licensed instruments: the file is the whole change."""
    (tmp_path / "three.json").write_text(json.dumps(document()), "utf-8")

    assert load_framework("three", extra_folder=tmp_path).name == "three@1.0.0"


@pytest.mark.parametrize("text", ["{", "[]", '{"id": 1, "id": 2}', '{"A0": NaN}', "[" * 100_000])
def test_a_file_that_is_not_json_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    """Doubled keys and NaN are no JSON here: two readers would read two things."""
    (tmp_path / "three.json").write_text(text, "utf-8")

    with pytest.raises(InvalidInput) as refused:
        load_framework("three", extra_folder=tmp_path)

    assert "three.json" in refused.value.detail


def test_a_shipped_name_cannot_be_redefined(tmp_path: Path) -> None:
    """Stored evidence names its framework; another file under that name would change its meaning."""
    (tmp_path / "colours8.json").write_text(json.dumps(document()), "utf-8")

    with pytest.raises(InvalidInput):
        load_framework("colours8", extra_folder=tmp_path)


@pytest.mark.parametrize("name", ["../secrets", "a/b", "", "a.b", "/etc/passwd"])
def test_a_name_is_never_a_path(name: str) -> None:
    """The name comes from a setting and must not reach out of the folders."""
    with pytest.raises(InvalidInput):
        load_framework(name)


def test_a_framework_that_is_not_there_is_not_found() -> None:
    """The message says where it was looked for."""
    with pytest.raises(NotFound):
        load_framework("colours9")


def test_no_code_knows_the_name_of_a_value_system() -> None:
    """Another framework is another file; a colour in the code would make the file a half-truth."""
    names = set(load_framework().values.dims)
    rooms = [Path(matcher.__file__).parent / room for room in ("profiles", "compatibility", "use_cases", "routing")]
    words = {
        (path.name, node.value)
        for room in rooms
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }

    assert words == set()
