"""Take the classifier in service out of it, at once: the one before serves again, or none does."""

from datetime import datetime

from matcher.errors import Conflict
from matcher.use_cases.ports import ClassifierState, KnownClassifier, Records


def roll_back_classifier(records: Records, *, actor: str, now: datetime) -> KnownClassifier | None:
    """The classifier that serves then; `None`: none does, and the framework's own hypothesis judges who fits whom.

    What was taken out is a candidate again. Raises Conflict where none is in service.
    """
    current = records.classifiers.in_state(ClassifierState.CURRENT)
    if current is None:
        raise Conflict("No classifier is in service: there is nothing to roll back.")
    records.classifiers.move(current.version, ClassifierState.CANDIDATE)
    former = records.classifiers.in_state(ClassifierState.RETIRED)
    if former is None:
        return None
    records.classifiers.move(former.version, ClassifierState.CURRENT, by=actor, at=now)
    return records.classifiers.in_state(ClassifierState.CURRENT)
