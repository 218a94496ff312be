"""A framework means what it meant when it first came into force."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from matcher.errors import FrameworkChanged
from matcher.profiles.framework import parse_framework
from matcher.use_cases.register_framework import framework_sha256, register_framework
from models.memory import MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW


def _changed(change: Callable[[Any], object]) -> Any:
    document = copy.deepcopy(FRAMEWORK.document)
    change(document)
    return parse_framework(document)


def _register(store: MemoryStore, framework: Any) -> bool:
    with store.writing() as records:
        return register_framework(records, framework, now=NOW)


def _swap_options(document: Any) -> None:
    options = document["forms"]["customer"]["items"][0]["options"]
    options[0], options[1] = options[1], options[0]


MEANING: dict[str, Callable[[Any], object]] = {
    "a prior": lambda document: document["prior"].update(A0=7.5),
    "a half-life": lambda document: document["sources"]["survey"].update(half_life_days=700),
    "the order of dimensions": lambda document: document["dimensions"].reverse(),
    "which option has which key": _swap_options,
    "an item's id": lambda document: document["facets"]["decision_style"]["item"].update(id="D9"),
}
WORDING: dict[str, Callable[[Any], object]] = {
    "a label": lambda document: document["dimensions"][0]["label"].update(en="sand"),
    "a title": lambda document: document["title"].update(nl="Acht systemen van waarden"),
    "a notice": lambda document: document.update(notice="Another notice."),
    "an option's text": lambda document: document["forms"]["customer"]["items"][0]["options"][0].update(
        en="it to work"
    ),
    "the order of keys": lambda document: document.update(prior=document.pop("prior")),
}


@pytest.mark.parametrize("what", MEANING)
def test_another_meaning_under_the_same_version_is_refused(what: str) -> None:
    """Stored shares and answers are read by places and keys: moved, they would speak for something else."""
    store = MemoryStore()
    assert _register(store, FRAMEWORK)

    with pytest.raises(FrameworkChanged):
        _register(store, _changed(MEANING[what]))


@pytest.mark.parametrize("what", WORDING)
def test_a_text_may_be_mended_under_the_same_version(what: str) -> None:
    """A new version starts with empty profiles: a typing error may not cost everyone's answers."""
    store = MemoryStore()
    _register(store, FRAMEWORK)

    assert not _register(store, _changed(WORDING[what]))


def test_another_meaning_under_a_new_version_is_welcome() -> None:
    """That is what versions are for; the former one stays known."""
    store = MemoryStore()
    _register(store, FRAMEWORK)
    _register(store, _changed(lambda document: (MEANING["a prior"](document), document.update(version="1.1.0"))))

    with store.reading() as records:
        assert records.frameworks.names() == ["colours8@1.0.0", "colours8@1.1.0"]


def test_the_digest_does_not_depend_on_when_or_where() -> None:
    """Processes compare it across restarts and machines: sixty-four hexadecimal digits, the same each time."""
    again = parse_framework(copy.deepcopy(FRAMEWORK.document))

    assert framework_sha256(again) == framework_sha256(FRAMEWORK)
    assert len(framework_sha256(FRAMEWORK)) == 64
