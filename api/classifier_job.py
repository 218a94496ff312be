"""A classifier is learnt: outcomes and people read, learnt and judged without a transaction, registered in the last."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from api.settings import GATE
from matcher.errors import InvalidInput, MatcherError
from matcher.use_cases.ports import ClassifierState, KnownClassifier
from matcher.use_cases.promote_classifier import AGAINST
from matcher.use_cases.register_classifier import register_classifier, window_of
from matcher.use_cases.run_job import JobRun, JobStopped

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.compatibility.evaluate import Data
    from matcher.compatibility.making import Incumbent, Made

STEPS = 4  # read, judged, learnt, laid down


def work_on_classifier(klik: "Klik", run: JobRun) -> None:
    """Learn from the outcomes of a window, and register what was learnt with its card.

    Another attempt begins anew: until the last transaction nothing was registered. Raises InvalidInput with everything
    that is missing, where outcomes are too few or too alike; then what served goes on.
    """
    from matcher.compatibility.making import make_classifier  # here: it takes a second, and most jobs do without it

    data, current = _read(klik, run)
    run.go_on(1, STEPS)
    incumbent = None if current is None else _incumbent(klik, current)
    seed = _whole(run.job.arguments.get("seed"))
    made = make_classifier(data, seed=seed, incumbent=incumbent, step=lambda done: run.go_on(1 + done, STEPS))
    against = None if incumbent is None or current is None else current.version
    known = _laid_down(klik, run, made, seed=seed, against=against)
    try:
        with run.ending() as ending:
            promote = klik.settings.promote == GATE
            kept = register_classifier(ending.records, known, promote=promote, now=run.now())
            ending.result = {"version": kept.version, "state": str(kept.state), "gate": dict(kept.gate)}
    except (JobStopped, MatcherError):
        klik.shelf.remove(known.version)
        raise


def _read(klik: "Klik", run: JobRun) -> tuple["Data", KnownClassifier | None]:
    """What is learnt from, and the classifier in service. While reading the lease is kept by its own heartbeat."""
    from matcher.use_cases.training_data import training_data

    def note(_outcomes: int) -> None:
        if run.must_stop():
            raise JobStopped

    since, until = (_moment(run.job.arguments.get(name)) for name in ("since", "until"))
    with run.store.reading() as records:
        data = training_data(
            records,
            klik.framework,
            since=since,
            until=until,
            now=run.now(),
            terms=klik.rule_set.outcome_terms,
            note=note,
        )
        return data, records.classifiers.in_state(ClassifierState.CURRENT)


def _incumbent(klik: "Klik", current: KnownClassifier) -> "Incumbent | None":
    """The classifier in service, to be beaten; `None` where it cannot be read, and so does not serve."""
    from matcher.compatibility.making import Incumbent

    try:
        opened = klik.shelf.read(current.version, digest=current.digest, framework=klik.framework.name)
    except InvalidInput:
        return None
    return Incumbent(opened.scorer, current.last_outcome_at.timestamp())


def _laid_down(klik: "Klik", run: JobRun, made: "Made", *, seed: int, against: str | None) -> KnownClassifier:
    """The classifier as the registry is to know it, on the shelf where it may ever serve."""
    from matcher.compatibility.card import seal

    now = run.now()
    gate = {**_mapping(made.told["gate"]), AGAINST: against}
    card = {**made.told, "gate": gate, "made_at": now.isoformat(), "made_by": run.job.created_by}
    sealed = seal(made.scorer, card, framework=klik.framework.name)
    card = {name: told for name, told in json.loads(sealed.card).items() if name not in ("scorer", "gate")}
    version = f"c{now:%Y%m%d}-{sealed.digest[:12]}"
    if made.verdict.passed:  # of one that is refused the card is kept, with the reasons
        klik.shelf.put(version, sealed)
    first, last = window_of(made.told)
    return KnownClassifier(
        version=version,
        digest=sealed.digest,
        framework=klik.framework.name,
        made_at=now,
        made_by=run.job.created_by,
        state=ClassifierState.CANDIDATE,
        seed=seed,
        outcomes=_whole(made.told["outcomes"]),
        first_outcome_at=first,
        last_outcome_at=last,
        card=card,
        gate=gate,
    )


def _moment(said: object) -> datetime | None:
    return None if said is None else datetime.fromisoformat(str(said))


def _whole(said: object) -> int:
    return said if isinstance(said, int) else 0


def _mapping(said: object) -> Mapping[str, object]:
    return said if isinstance(said, Mapping) else {}
