"""Prices made of the last hour's contacts and the staff at work, by the rules, fit and scores that decisions have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.routing.eligibility import Demand, Eligibility, eligibility_of
from matcher.routing.holding import as_if_free, share_taken, worth_of
from matcher.routing.prices import USUAL_S, Bools, Floats, KindPrice, Prices, fluid_flow
from matcher.routing.scores import Scores, scores_of
from matcher.routing.snapshot import Snapshot

LEAST_CONTACTS = 30  # of fewer nothing is known of how many come of each kind
MOST_CONTACTS = 2_000  # looked at of the last hour; more change the rates by less than chance does
LEAST_S = 1.0
MOST_STAFF = 400  # above it, employees who may serve the same and fit about alike share a price
STEP = 0.05  # of fit, score units: so much is about alike, doubled until few enough are left

Ints = NDArray[np.int64]


SecondsOf = Callable[[Sequence[str | None], Sequence[str]], Floats]
"""How long contacts of these intents take these employees, in seconds: intents × employees."""


def as_usual(intents: Sequence[str | None], employees: Sequence[str]) -> Floats:
    """As long as a contact takes where nobody knows better."""
    return np.full((len(intents), len(employees)), USUAL_S)


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    """Kinds of contacts over the staff: worth with and without values, who may serve them, and how many came."""

    kind_of: Ints
    worth: Floats
    blind: Floats
    able: Bools
    seconds: Floats
    contacts: Floats


def as_measured(told: Sequence[tuple[str | None, float]]) -> SecondsOf:
    """As long as such contacts took on average, (intent, seconds) each, whoever served them; else as usual."""
    by_intent: dict[str | None, list[float]] = {}
    for intent, seconds in told:
        by_intent.setdefault(intent, []).append(seconds)
    everything = [seconds for each in by_intent.values() for seconds in each]
    whole = max(float(np.mean(everything)), LEAST_S) if everything else USUAL_S
    usual = {intent: max(float(np.mean(each)), LEAST_S) for intent, each in by_intent.items() if intent is not None}

    def seconds_of(intents: Sequence[str | None], employees: Sequence[str]) -> Floats:
        return np.tile([[usual.get(intent or "", whole)] for intent in intents], (1, len(employees)))

    return seconds_of


def prices_of(
    sample: Snapshot, now: datetime, *, window_s: float, arrived: int, seconds_of: SecondsOf = as_usual
) -> Prices | None:
    """What the time of those at work is worth, if contacts go on coming as in the last `window_s` seconds.

    `sample` holds contacts of that window (of all that `arrived` at most `MOST_CONTACTS`) and the whole staff. `None`
    of fewer than `LEAST_CONTACTS`, and where nobody at work can serve any.
    """
    if len(sample.contacts) < LEAST_CONTACTS:
        return None
    fresh = tuple(_as_it_came(contact) for contact in sample.contacts)
    floor, could = eligibility_of(replace(sample, contacts=fresh, roster=as_if_free(sample.roster)), now)
    if not could.pairs.any():
        return None
    scores = scores_of(floor, could, now, turn=0)
    staff = tuple(one.id for one in floor.roster.employees)
    intents = tuple(sorted({contact.intent for contact in fresh if contact.intent is not None}))
    seconds = seconds_of((*intents, None), staff)
    kinds = _kinds(floor, could, scores, seconds, intents)
    arrivals = kinds.contacts * (arrived / len(fresh) / window_s)
    value, second = _duals(kinds, kinds.worth, arrivals)
    same = (kinds.worth == kinds.blind).all()
    blind_second = second if same else _duals(kinds, kinds.blind, arrivals)[1]
    return Prices(
        version=f"prices-{now:%Y%m%dT%H%M%SZ}",
        at=now,
        employees=staff,
        second=second,
        blind_second=blind_second,
        seconds=seconds,
        intents=intents,
        kinds=_told(floor.contacts, could, kinds, value, arrivals),
    )


def _as_it_came(contact: Contact) -> Contact:
    """The contact at its arrival, without what concerned it alone."""
    return replace(
        contact, waiting_s=0.0, due_from=None, due_to=None, exclude_employees=(), preferred_employee=None, priority=0
    )


def _kinds(floor: Snapshot, could: Eligibility, scores: Scores, seconds: Floats, of_intent: tuple[str, ...]) -> _Kinds:
    """Contacts that ask the same, about the same, of customers with the same leading system, taken together."""
    chemistry = np.zeros(scores.total.shape) if scores.chemistry is None else scores.chemistry
    leading = np.where((chemistry != 0).any(axis=1), floor.customers.values.share.argmax(axis=1), -1).tolist()
    segments = [None if one is None else one.segment for one in floor.customers.customers]
    intents = [contact.intent for contact in floor.contacts]
    kind_of, count = _grouped(list(zip(could.demand_of.tolist(), intents, leading, segments, strict=True)))
    contacts = np.bincount(kind_of, minlength=count).astype(float)
    worth = worth_of(floor, scores)
    first = np.unique(kind_of, return_index=True)[1].tolist()
    place = {intent: at for at, intent in enumerate(of_intent)}
    rows = [place.get(intents[at] or "", len(of_intent)) for at in first]
    share = np.array([share_taken(floor.roster, floor.contacts[at].channel) for at in first])
    return _Kinds(
        kind_of=kind_of,
        worth=_mean_by(kind_of, worth, contacts),
        blind=_mean_by(kind_of, worth - chemistry, contacts),
        able=_mean_by(kind_of, could.pairs.astype(float), contacts) > 0.5,
        seconds=seconds[rows] * share,
        contacts=contacts,
    )


def _grouped(keys: Sequence[object]) -> tuple[Ints, int]:
    """Which group each key belongs to, numbered as they first come, and how many groups there are."""
    index: dict[object, int] = {}
    return np.array([index.setdefault(key, len(index)) for key in keys], dtype=np.int64), len(index)


def _mean_by(kind_of: Ints, rows: Floats, contacts: Floats) -> Floats:
    total = np.zeros((len(contacts), rows.shape[1]))
    np.add.at(total, kind_of, rows)
    mean: Floats = total / contacts[:, None]
    return mean


def _duals(kinds: _Kinds, worth: Floats, arrivals: Floats) -> tuple[Floats, Floats]:
    """What one contact more of each kind is worth, and a second of each employee; those alike share one price."""
    alike, count = _alike(worth, kinds)
    first = np.unique(alike, return_index=True)[1]
    available = np.bincount(alike, minlength=count).astype(float)
    flow = fluid_flow(
        worth[:, first], kinds.seconds[:, first], kinds.able[:, first], arrivals=arrivals, available=available
    )
    return flow.value, flow.second[alike]


def _alike(worth: Floats, kinds: _Kinds) -> tuple[Ints, int]:
    """The group of each employee: everyone their own, or in a large staff those about alike together."""
    staff = worth.shape[1]
    if staff <= MOST_STAFF:
        return np.arange(staff, dtype=np.int64), staff
    step = STEP
    while True:
        rounded = np.round(np.where(kinds.able, worth, 0.0) / step).astype(np.int16)
        pace = np.round(kinds.seconds.mean(axis=0) / USUAL_S / step).astype(np.int16)
        keys = [(kinds.able[:, at].tobytes(), rounded[:, at].tobytes(), int(pace[at])) for at in range(staff)]
        alike, count = _grouped(keys)
        if count <= MOST_STAFF or step > 1.0:
            return alike, count
        step *= 2


def _told(
    contacts: Sequence[Contact], could: Eligibility, kinds: _Kinds, value: Floats, arrivals: Floats
) -> tuple[KindPrice, ...]:
    """The kinds in words, most frequent first; value systems are not told apart."""
    sums: dict[str, list[float]] = {}
    for row, kind in zip(*np.unique(kinds.kind_of, return_index=True)[::-1], strict=True):
        words = _in_words(contacts[row], could.demands[int(could.demand_of[row])])
        per_hour, worth = sums.setdefault(words, [0.0, 0.0])
        rate = 3600.0 * float(arrivals[kind])
        sums[words] = [per_hour + rate, worth + rate * float(value[kind])]
    told = [KindPrice(words, per_hour, worth / per_hour) for words, (per_hour, worth) in sums.items()]
    return tuple(sorted(told, key=lambda one: (-one.per_hour, one.asks)))


def _in_words(contact: Contact, demand: Demand) -> str:
    skills = [f"{name} {level}" for name, level in demand.skills]
    mandate = [f"mandate {demand.mandate}"] if demand.mandate else []
    return " · ".join(one for one in (demand.channel, contact.intent, demand.language, *skills, *mandate) if one)
