"""Take a classifier that was learnt into the registry: refused, in the shadow, or in service, as its gate says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from matcher.use_cases.ports import ClassifierState, KnownClassifier, Records
from matcher.use_cases.promote_classifier import promote_classifier


def register_classifier(records: Records, made: KnownClassifier, *, promote: bool, now: datetime) -> KnownClassifier:
    """The classifier as it then stands.

    One that did not pass its gate is refused, and kept with the reasons. One that passed scores in the shadow, in place
    of the one that did, until somebody promotes it; with `promote` it is put in service at once.
    """
    if not made.passed_gate:
        records.classifiers.add(replace(made, state=ClassifierState.REFUSED))
        return replace(made, state=ClassifierState.REFUSED)
    former = records.classifiers.in_state(ClassifierState.SHADOW)
    if former is not None:
        records.classifiers.move(former.version, ClassifierState.CANDIDATE)
    shadow = replace(made, state=ClassifierState.SHADOW)
    records.classifiers.add(shadow)
    return promote_classifier(records, shadow.version, actor=made.made_by, now=now) if promote else shadow


def window_of(card: Mapping[str, object]) -> tuple[datetime, datetime]:
    """The moments of the first and the last outcome that a card tells of."""
    window = card["window"]
    assert isinstance(window, list)  # the store's outcomes all have a time
    return datetime.fromisoformat(window[0]), datetime.fromisoformat(window[1])
