"""How a classifier did on live decisions: what it said of them when they were made, and what came of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from matcher.contacts.outcome import OutcomeTerms
from matcher.use_cases.learning_ports import LoggedDecision, Said
from matcher.use_cases.ports import KnownClassifier, Records
from matcher.use_cases.read_meetings import successes_of

if TYPE_CHECKING:
    from matcher.compatibility.live import Came  # the types alone: they bring scikit-learn with them
    from matcher.compatibility.measures import Figure

MOST_DECISIONS = 10_000  # the latest ones: enough for an interval of .01 on agreement
PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRecord:
    """A classifier on the latest logged decisions since it was made: `looked_at` so many, of `decisions` it said
    something at that moment.

    `agreed`: of `compared`, which had several candidates, those in which it liked best whom the current one liked best
    (where it is itself that one, or none was: whom the router took). `log_loss` is on `outcomes` that came of whom it
    was asked about, in nats; `gain` how much lower it is there than that of the current one, `current_log_loss`.
    """

    since: datetime
    looked_at: int
    decisions: int
    compared: int
    agreed: int
    agreement: "Figure | None"
    outcomes: int
    log_loss: "Figure | None"
    current_log_loss: "Figure | None"
    gain: "Figure | None"


def read_live_record(records: Records, known: KnownClassifier, *, terms: OutcomeTerms) -> LiveRecord:
    """What the log says of the classifier, outcomes judged by `terms`; memory holds a page, and what came of pairs."""
    from matcher.compatibility.live import losses, share  # here: it brings scikit-learn, and few commands ask for it

    looked_at = decisions = compared = agreed = 0
    came: dict[tuple[str, str | None], Came] = {}
    for page in _latest(records, known.made_at):
        looked_at += len(page)
        said = [one for one in page if mine_of(one, known.version) is not None]
        decisions += len(said)
        verdicts = [agrees(one, known.version) for one in said]
        compared += sum(verdict is not None for verdict in verdicts)
        agreed += sum(verdict is True for verdict in verdicts)
        # A pair that was decided twice counts once, for the last time.
        came = dict(_came(records, said, known.version, terms)) | came
    own, current, gain = losses(list(came.values()))
    return LiveRecord(
        since=known.made_at,
        looked_at=looked_at,
        decisions=decisions,
        compared=compared,
        agreed=agreed,
        agreement=share(agreed, compared),
        outcomes=len(came),
        log_loss=own,
        current_log_loss=current,
        gain=gain,
    )


def mine_of(one: LoggedDecision, version: str) -> Said | None:
    """What the classifier said of the decision, if it was asked."""
    return next((each for each in one.said if each.version == version), None)


def agrees(one: LoggedDecision, version: str) -> bool | None:
    """Whether its favourite is the current classifier's, or where there is no other, whom the router took.

    `None`: with one candidate there was nothing to choose, and of favourites who were erased nothing is known.
    """
    mine, current = mine_of(one, version), _current(one, version)
    other = one.employee_id if current is None else current.favourite
    if mine is None or mine.favourite is None or other is None or len(one.candidates) < 2:
        return None
    return mine.favourite == other


def _current(one: LoggedDecision, version: str) -> Said | None:
    """What the current classifier of then said, which was asked first, unless it is the one asked about."""
    return None if one.said[0].version == version else one.said[0]


def _latest(records: Records, since: datetime) -> Iterator[list[LoggedDecision]]:
    before, left = None, MOST_DECISIONS
    while left > 0 and (page := records.decisions.latest(since, None, before=before, limit=min(PAGE, left))):
        yield page
        left -= len(page)
        before = (page[-1].at, page[-1].id)


def _came(
    records: Records, said: list[LoggedDecision], version: str, terms: OutcomeTerms
) -> "Iterator[tuple[tuple[str, str | None], Came]]":
    from matcher.compatibility.live import Came

    successes = successes_of(records, said, terms)
    for one in reversed(said):
        pair = one.contact_id, one.employee_id
        mine, current = mine_of(one, version), _current(one, version)
        if mine is not None and pair in successes:
            told = None if current is None else current.probability
            yield pair, Came(one.customer_id or "", mine.probability, told, successes[pair])
