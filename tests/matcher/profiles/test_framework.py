"""A framework file: what is read from it, and every way it can be wrong."""

import copy
import json
import math
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.errors import InvalidInput, NotFound
from matcher.profiles import framework as framework_module
from matcher.profiles.framework import Framework, parse_framework
from models.frameworks import load_framework
from tests.matcher.profiles.framework_documents import Document, changed, document, faults_of


def test_a_valid_file_is_read_as_it_stands() -> None:
    """Names, numbers and order come from the file and from nowhere else."""
    framework = parse_framework(document())

    assert framework.name == "three@1.0.0"
    assert framework.values.dims == ("calm", "bold", "exact")
    assert framework.values.prior_strength == 6.0
    assert framework.labels["calm"] == {"en": "calm", "nl": "nl calm"}
    assert framework.languages == ("en", "nl")
    assert framework.warnings == ()
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
        ("/a~1b", 1, "/a~1b", "unknown_field"),
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
        ("/affinity_prior/kind", "gospel", "/affinity_prior/kind", "unknown_kind"),
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
        ("/facets/age", {"dims": [], "prior": {}, "half_life_days": 1}, "/facets/age", "protected_trait"),
        ("/facets/channel/item/id", "S1", "/facets/channel/item/id", "doubled_id"),
        ("/facets/channel/item/select_max", 3, "/facets/channel/item/select_max", "out_of_range"),
        ("/facets/channel/item/options/0/dim", "calm", "/facets/channel/item/options/0/dim", "unknown_value_system"),
        ("/version", "1/0", "/version", "bad_version"),
        ("/title/dim", "x", "/title/dim", "bad_language"),
        ("/title/English", "x", "/title/English", "bad_language"),
        ("/dimensions/0/label/en", ..., "/dimensions/0/label/en", "missing_text"),
        ("/dimensions/0/label/de", "ruhig", "/dimensions/0/label/de", "unknown_language"),
        ("/forms", [], "/forms", "wrong_type"),
        ("/forms/staff/mode", ..., "/forms/staff/mode", "missing_field"),
        ("/forms/staff/mode", "guess", "/forms/staff/mode", "unknown_mode"),
        ("/forms/staff/alt_mode", "rate", "/forms/staff/alt_mode", "unknown_mode"),
        ("/forms/staff/alt_mode", "best_worst", "/forms/staff/alt_mode", "unknown_mode"),
        ("/forms/customer/alt_mode", "best_only", "/forms/customer/alt_mode", "bad_mode"),
        ("/forms/staff/items/0/dim", "calm", "/forms/staff/items/0/dim", "unknown_field"),
        ("/forms/staff/items/0", {"id": "S1", "dim": "calm", "stem": {}}, "/forms/staff/items/0", "bad_mode"),
        ("/forms/customer/items/0/options", [], "/forms/customer/items/0/options", "bad_mode"),
        ("/forms/staff/lambda", 0, "/forms/staff/lambda", "out_of_range"),
        ("/forms/staff/items/0/lambda", "1", "/forms/staff/items/0/lambda", "out_of_range"),
        ("/forms/staff/items/0/stem", None, "/forms/staff/items/0/stem", "empty_text"),
        ("/forms/staff/items/0/stem/nl", "", "/forms/staff/items/0/stem/nl", "empty_text"),
        ("/forms/staff/items/0/options/1/nl", ..., "/forms/staff/items/0/options/1/nl", "missing_text"),
        ("/forms/staff/items/0/options/1/fr", "x", "/forms/staff/items/0/options/1/fr", "unknown_language"),
        ("/forms/staff/items/0/options/1/dim", "loud", "/forms/staff/items/0/options/1/dim", "unknown_value_system"),
        ("/forms/staff/items/0/options/1/dim", "calm", "/forms/staff/items/0/options/1/dim", "doubled_dimension"),
        ("/forms/staff/items/0/options", [{"dim": "calm"}], "/forms/staff/items/0/options", "bad_item"),
        ("/forms/staff/items/1/id", "S1", "/forms/staff/items/1/id", "doubled_id"),
        ("/forms/staff/items", [], "/forms/staff/items", "bad_item"),
        ("/forms/staff/order", ["S1"], "/forms/staff/order", "bad_order"),
        ("/forms/staff/order/-", "S1", "/forms/staff/order/2", "bad_order"),
        ("/forms/staff/order/1", "S9", "/forms/staff/order/1", "bad_order"),
        ("/forms/customer/scale", [5, 1], "/forms/customer/scale", "bad_scale"),
        ("/forms/customer/scoring", "sum", "/forms/customer/scoring", "unknown_scoring"),
        ("/forms/customer/norms/bold", ..., "/forms/customer/norms/bold", "missing_field"),
        ("/forms/customer/norms/bold/sd", 0, "/forms/customer/norms/bold/sd", "out_of_range"),
        ("/forms/customer/norms/bold/reliability", 1, "/forms/customer/norms/bold/reliability", "out_of_range"),
        ("/forms/customer/items/0/dim", "loud", "/forms/customer/items/0/dim", "unknown_value_system"),
        ("/forms/customer/items/2/reverse", 1, "/forms/customer/items/2/reverse", "wrong_type"),
        ("/forms/customer/lambda", 1, "/forms/customer/lambda", "unknown_field"),
        ("/lexicon/fr", {}, "/lexicon/fr", "unknown_language"),
        ("/lexicon/nl/calm/1", "Rustig", "/lexicon/nl/calm/1", "doubled_id"),
        ("/lexicon/nl/loud", ["luid"], "/lexicon/nl/loud", "unknown_value_system"),
        ("/cues/loud", {}, "/cues/loud", "unknown_value_system"),
        ("/cues/bold/dont/nl", ..., "/cues/bold/dont/nl", "missing_text"),
        ("/service_concepts/calm/nl", " ", "/service_concepts/calm/nl", "empty_text"),
        ("/state_triggers/0/rho", 0.6, "/state_triggers/0/rho", "out_of_range"),
        ("/state_triggers/0/share/calm", 0.5, "/state_triggers/0/share", "not_a_distribution"),
        ("/state_triggers/0/share/loud", 0.5, "/state_triggers/0/share/loud", "unknown_value_system"),
        ("/crosswalk/two@1.0.0/matrix/0", [1, 1, 1], "/crosswalk/two@1.0.0/matrix", "bad_matrix"),
        ("/sources/hr_tag/validity", ..., "/sources/hr_tag", "bad_source"),
    ],
)
def test_a_broken_file_is_refused_at_the_place_that_is_broken(
    place: str, value: object, pointer: str, code: str
) -> None:
    """Whoever wrote the file is sent to the line, not to the manual."""
    assert (pointer, code) in faults_of(changed(place, value))


RULES: dict[int, tuple[str, object, str]] = {
    1: ("/schema", "value-framework/9", "/schema"),
    2: ("/forms/staff/items/1/id", "S 2", "/forms/staff/items/1/id"),
    3: ("/dimensions", [{"id": "calm"}], "/dimensions"),
    4: ("/prior/mean", [0.5, 0.3, 0.3], "/prior/mean"),
    5: ("/prior/A0", 0, "/prior/A0"),
    6: ("/forms/staff/items/1/options/2/dim", "bold", "/forms/staff/items/1/options/2/dim"),
    7: ("/forms/customer/order", ["C1", "C3"], "/forms/customer/order"),
    8: ("/forms/customer/items/1/stem/nl", ..., "/forms/customer/items/1/stem/nl"),
    9: ("/affinity_prior/matrix/2", [0.5, 0.6, 1.5], "/affinity_prior/matrix"),
    10: ("/sources/survey", {"half_life_days": 700}, "/sources/survey"),
    11: ("/forms/staff/mode", "rate", "/forms/staff/items/0/options"),
    12: ("/dimensions/2/id", "religion", "/dimensions/2/id"),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_of_the_format_refuses_its_own_broken_file(rule: int) -> None:
    """The twelve rules are what an author may rely on (profiling.md section 10, test T10)."""
    place, value, pointer = RULES[rule]

    assert pointer in {where for where, _ in faults_of(changed(place, value))}


def test_forms_are_read_as_they_stand() -> None:
    """Modes, λ, order, reversal and norms decide what an answer is worth."""
    forms = parse_framework(document()).forms
    staff, customer = forms["staff"], forms["customer"]

    assert staff.modes == ("best_worst", "allocate")
    assert staff.order == ("S2", "S1")
    assert [item.scale for item in staff.items.values()] == [1.5, 0.5]
    assert [option.dim for option in staff.items["S1"].options] == ["calm", "bold", "exact"]
    assert staff.items["S1"].options[0].text == {"en": "S1 calm", "nl": "nl S1 calm"}
    assert (customer.rating, customer.scoring) == ((1.0, 5.0), "mean")
    assert [item.is_reversed for item in customer.items.values()] == [False, False, True]
    assert (customer.norms["bold"].mean, customer.norms["bold"].sd, customer.norms["bold"].reliability) == (
        3.5,
        0.8,
        0.6,
    )


def test_a_norm_may_leave_out_its_reliability() -> None:
    """Then .7 is assumed (profiling.md 4.3: the variance of a score is .3)."""
    norms = parse_framework(changed("/forms/customer/norms/bold/reliability", ...)).forms["customer"].norms

    assert (norms["bold"].reliability, norms["calm"].reliability) == (0.7, 0.6)


def test_the_optional_parts_are_read_as_they_stand() -> None:
    """What an employee is told, and what a state does, is the file's word for word."""
    framework = parse_framework(document())
    (trigger,) = framework.state_triggers

    assert framework.cues["bold"].dont == {"en": "hedge", "nl": "nl hedge"}
    assert framework.lexicon["nl"]["calm"] == ("rustig", "stil")
    assert framework.service_concepts["calm"]["en"] == "One thing at a time."
    assert (trigger.share, trigger.rho, trigger.hours) == ((0.75, 0.0, 0.25), 0.4, 6.0)
    assert framework.facets["channel"].item is not None
    assert framework.facets["channel"].item.select_max == 2
    assert framework.affinity_kind == "hypothesis"


def test_a_crosswalk_translates_shares_of_another_framework() -> None:
    """By hand: four fifths slow at .75/.25 and one fifth fast; the translation is a distribution again."""
    crosswalk = parse_framework(document()).crosswalks["two@1.0.0"]

    assert crosswalk.translate(np.array([0.8, 0.2])) == pytest.approx([0.6, 0.2, 0.2])


def test_optional_parts_left_out_are_empty() -> None:
    """A file of the required parts alone is a whole framework."""
    bare = {key: value for key, value in document().items() if key in framework_module.REQUIRED} | {"forms": {}}
    framework = parse_framework(bare)

    assert framework.cues == framework.lexicon == framework.forms == framework.crosswalks == {}
    assert framework.state_triggers == ()


def test_a_notice_may_speak_every_language() -> None:
    """It is shown with every form, to people who may read one language only; a single text serves all."""
    spoken = parse_framework(changed("/notice", {"en": "Ours.", "nl": "Van ons."}))

    assert spoken.notices == {"en": "Ours.", "nl": "Van ons."}
    assert parse_framework(document()).notices["nl"] == "For tests."
    assert ("/notice/nl", "missing_text") in faults_of(changed("/notice", {"en": "Ours."}))


def test_a_form_that_is_not_there_is_refused_with_those_that_are() -> None:
    """The list spares a look into the file."""
    with pytest.raises(InvalidInput) as refused:
        parse_framework(document()).form("guests")

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/form", "unknown_form")]
    assert "staff, customer" in refused.value.detail


@pytest.mark.parametrize(
    ("place", "value", "pointer", "code"),
    [
        ("/forms/staff/items/0/options/2", ..., "/forms/staff/items", "unequal_appearances"),
        ("/forms/customer/items/2/dim", "bold", "/forms/customer/items", "unequal_appearances"),
        ("/forms/staff/items/0/options/0/en", "S2  CALM", "/forms/staff/items/1/options/0/en", "equal_texts"),
        ("/forms/staff/items/0/options/0/nl", "langer" * 8, "/forms/staff/items/0/options", "uneven_lengths"),
        ("/facets/channel/item/options/0/nl", "langer" * 8, "/facets/channel/item/options", "uneven_lengths"),
        ("/affinity_prior/mode", "learned", "/affinity_prior/mode", "learned_hypothesis"),
    ],
)
def test_what_is_hardly_meant_is_warned_about(place: str, value: object, pointer: str, code: str) -> None:
    """A warning stops nothing: the author may have reasons; each says where to look."""
    warnings = parse_framework(changed(place, value)).warnings

    assert (pointer, code) in [(warning.pointer, warning.code) for warning in warnings]


def test_pairs_that_are_never_weighed_against_each_other_are_named() -> None:
    """A form cannot tell two value systems apart that no item lets meet."""
    apart = changed("/forms/staff/items/0/options/2", ...)
    apart = changed("/forms/staff/items/1/options/0", ..., apart)
    (warning,) = [each for each in parse_framework(apart).warnings if each.code == "pairs_never_meet"]

    assert warning.pointer == "/forms/staff/items"
    assert "calm and exact" in warning.detail
    assert "bold" not in warning.detail


def test_every_fault_is_listed_at_once() -> None:
    """One start, one list: not a fault a start."""
    broken = changed("/prior/A0", -1) | {"schema": "x", "extra": 1, "version": 3}

    assert {pointer for pointer, _ in faults_of(broken)} == {"/schema", "/extra", "/version", "/prior/A0"}


def test_a_mutation_of_any_place_is_read_or_refused_and_never_a_crash() -> None:
    """A file from outside may hold anything anywhere; the start must end in a sentence. Seeds 0–1499."""
    for seed in range(1500):
        mutated = mutant(document(), random.Random(seed))
        with suppress(InvalidInput):
            assert isinstance(parse_framework(mutated), Framework), f"seed {seed}"


RUBBISH = (
    None, True, 0, -1, 7, 1.5, math.nan, math.inf, 10**400, "", " ", "text", "é\udcff", "/~", [],
    [None], [[]], {}, {"x": None},
    {"": {}}, {"en": 1}, [[["deep"]]], [0.5, 0.5], ["calm", "calm"], {"id": [], "dim": {}},
)  # fmt: skip


def mutant(whole: Document, rng: random.Random) -> Document:
    """The document with one to three places replaced, removed, doubled or renamed."""
    for _ in range(rng.randint(1, 3)):
        places = list(containers(whole))
        owner = rng.choice(places)
        key = rng.choice(list(owner) if isinstance(owner, dict) else range(len(owner)))
        act = rng.randrange(4)
        if act == 0:
            del owner[key]
        elif act == 1 and isinstance(owner, dict):
            owner[rng.choice(["dim", "id", "x", "", "a/b", str(key)])] = owner.pop(key)
        elif act == 2 and isinstance(owner, list):
            owner.insert(0, copy.deepcopy(owner[key]))
        else:
            owner[key] = copy.deepcopy(rng.choice(RUBBISH))
    return whole


def containers(value: Any) -> Iterator[Any]:
    """Every object and list that holds something, the outermost first."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


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
