"""The frameworks that Klik comes with: the design of their items, and what their words may not do."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest

from matcher.profiles.framework import Framework, parse_framework
from matcher.profiles.questionnaire import Answer, Form, Mode
from matcher.profiles.survey import score_form
from models.frameworks import load_framework, shipped_names
from tests.matcher.profiles.framework_documents import PERMUTATION, permuted, shipped_document

COLOURS = load_framework("colours8")
BIG_FIVE = load_framework("bigfive")
EVERY = pytest.mark.parametrize("name", shipped_names())


def blocks(form: Form) -> list[frozenset[str]]:
    """The value systems that each item lets choose from, in the order asked."""
    return [frozenset(option.dim for option in form.items[item].options) for item in form.order]


@pytest.mark.parametrize(("form_id", "times", "meetings"), [("staff", 8, {3, 4}), ("customer", 4, {1, 2, 3})])
def test_items_let_each_value_system_appear_and_meet_evenly(form_id: str, times: int, meetings: set[int]) -> None:
    """Uneven items would favour a colour before anyone has answered (profiling.md 4.6)."""
    chosen = blocks(COLOURS.forms[form_id])
    dims = COLOURS.values.dims
    met = {pair: sum(set(pair) <= block for block in chosen) for pair in combinations(dims, 2)}

    assert Counter(dim for block in chosen for dim in block) == dict.fromkeys(dims, times)
    assert set(met.values()) <= meetings


def test_the_items_for_staff_are_a_steiner_system() -> None:
    """Fourteen different blocks of four in which every three value systems meet exactly once; two are asked again."""
    different = set(blocks(COLOURS.forms["staff"]))

    assert len(different) == 14
    assert all(sum(set(three) <= block for block in different) == 1 for three in combinations(COLOURS.values.dims, 3))


@pytest.mark.parametrize("form_id", ["staff", "customer"])
def test_every_even_beginning_of_a_form_is_balanced(form_id: str) -> None:
    """Whoever stops after two, four or six questions has seen every value system equally often."""
    chosen = blocks(COLOURS.forms[form_id])

    assert [first | second for first, second in list(pairwise(chosen))[::2]] == [
        frozenset(COLOURS.values.dims) for _ in range(len(chosen) // 2)
    ]


@pytest.mark.parametrize("form_id", ["staff", "customer"])
def test_ten_statements_of_the_big_five_touch_every_pole_and_twenty_touch_it_twice(form_id: str) -> None:
    """The first half is a whole short form."""
    form = BIG_FIVE.forms[form_id]
    asked = [form.items[item].dim for item in form.order]

    assert set(asked[:10]) == set(BIG_FIVE.values.dims)
    assert Counter(asked) == dict.fromkeys(BIG_FIVE.values.dims, 2)
    assert form.modes == (Mode.RATE,)


def test_who_agrees_with_a_pole_leans_to_it_and_away_from_the_other() -> None:
    """Answers made by hand: strong agreement with one pole, strong disagreement with its opposite, else the middle."""
    form, facet = BIG_FIVE.forms["staff"], BIG_FIVE.values
    high, low = facet.dims[:2]
    worth = {high: 5.0, low: 1.0}
    answers = [Answer(item.id, rating=worth.get(str(item.dim), 3.0)) for item in form.items.values()]
    share = dict(zip(facet.dims, score_form(form, facet, [answers]).share[0], strict=True))

    assert max(share, key=lambda dim: share[dim]) == high
    assert min(share, key=lambda dim: share[dim]) == low


def test_a_form_of_a_permuted_framework_gives_the_permuted_profile() -> None:
    """The same sentences chosen, the file's dimensions in another order: the same person (T7, to 1e-6)."""
    frameworks = [COLOURS, parse_framework(permuted(shipped_document(), PERMUTATION.tolist()))]
    rng = np.random.default_rng(11)
    picks = {item: rng.permutation(4)[:2] for item in COLOURS.forms["staff"].order}
    answers = [Answer(item, best="abcd"[best], worst="abcd"[worst]) for item, (best, worst) in picks.items()]
    plain, moved = (score_form(each.forms["staff"], each.values, [answers]) for each in frameworks)

    assert moved.theta[0] == pytest.approx(plain.theta[0][PERMUTATION], abs=1e-6)
    assert moved.share[0] == pytest.approx(plain.share[0][PERMUTATION], abs=1e-6)


@EVERY
def test_no_question_names_what_it_asks_for(name: str) -> None:
    """Respondents never see the colours, nor the names of poles (profiling.md section 14)."""
    framework = load_framework(name)
    told = [
        (language, label, text)
        for language in framework.languages
        for text in texts_of(framework, language)
        for label in (labels[language] for labels in framework.labels.values())
        if re.search(rf"\b{re.escape(label)}\b", text, re.IGNORECASE)
    ]

    assert told == []


@EVERY
def test_no_text_ranks_people(name: str) -> None:
    """Value systems are preferences and not levels: no word of ours says higher, lower, better or worse people."""
    ranked = re.compile(r"\b(higher|lower|superior|inferior|primitive|hoger|lager|minderwaardig)\b", re.IGNORECASE)

    assert [text for text in every_text(shipped_document(name)) if ranked.search(text)] == []


@EVERY
def test_what_is_a_guess_says_so(name: str) -> None:
    """No data stand behind either matrix yet; nothing may claim that they do."""
    framework = load_framework(name)

    assert framework.affinity_kind == "hypothesis"
    assert set(framework.cues) == set(framework.values.dims)
    assert framework.warnings == ()


def texts_of(framework: Framework, language: str) -> Iterator[str]:
    """Everything a respondent reads."""
    for form in framework.forms.values():
        for item in form.items.values():
            yield item.stem[language]
            yield from (option.text[language] for option in item.options)


def every_text(value: Any) -> Iterator[str]:
    """Every text of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from every_text(inner)
