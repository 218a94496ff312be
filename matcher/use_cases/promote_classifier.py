"""Put a classifier in service."""

from datetime import datetime

from matcher.errors import Conflict, GateNotPassed, NotFound
from matcher.use_cases.ports import ClassifierState, KnownClassifier, Records

AGAINST = "against"  # in the gate's document: the version that was in service when the verdict was given


def promote_classifier(records: Records, version: str, *, actor: str, now: datetime) -> KnownClassifier:
    """The classifier as it then stands; the one it takes the place of is retired. Promoted twice, it stays.

    Raises NotFound; Conflict where its files are gone; GateNotPassed with the lines that failed, or where its verdict
    is on another one than serves now.
    """
    one = classifier_named(records, version)
    if one.state is ClassifierState.CURRENT:
        return one
    if one.removed_at is not None:
        raise Conflict(f"Its files were let go on {one.removed_at:%Y-%m-%d}, as those of old ones are: learn anew.")
    current = records.classifiers.in_state(ClassifierState.CURRENT)
    check_gate(one, None if current is None else current.version)
    if current is not None:
        records.classifiers.move(current.version, ClassifierState.RETIRED)
    records.classifiers.move(version, ClassifierState.CURRENT, by=actor, at=now)
    return classifier_named(records, version)


def classifier_named(records: Records, version: str) -> KnownClassifier:
    """The classifier of that version. Raises NotFound."""
    one = records.classifiers.get(version)
    if one is None:
        raise NotFound(f"There is no classifier {version[:64]!r}.")
    return one


def check_gate(one: KnownClassifier, current: str | None) -> None:
    """Raise GateNotPassed unless the classifier passed its gate, compared with the one in service now."""
    if not one.passed_gate:
        lines = one.gate.get("lines")
        failed = [line for line in lines if not line["passed"]] if isinstance(lines, list) else []
        told = "; ".join(f"{line['name']}: {line['told']}" for line in failed)
        raise GateNotPassed(f"It did not pass its gate. {told}", lines=[line["name"] for line in failed])
    if current is not None and one.gate.get(AGAINST) != current:
        raise GateNotPassed(
            f"Its gate compared it with {one.gate.get(AGAINST) or 'none'}, and {current} is in service now: learn anew."
        )
