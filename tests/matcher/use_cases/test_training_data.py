"""Who answers is no fair sample of who was served: outcomes known by an answer must speak for the silent as well."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from matcher.compatibility.evaluate import Data
from matcher.compatibility.outcomes import outcomes_of
from matcher.compatibility.selection import effective_size
from matcher.compatibility.story import sizes_of, weighing_told
from matcher.contacts.outcome import ContactOutcome, OutcomeTerms, OutcomeWeights
from matcher.profiles.people import CUSTOMER, EMPLOYEE
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.learning_ports import LoggedDecision
from matcher.use_cases.read_meetings import read_meetings
from matcher.use_cases.record_outcomes import record_outcomes
from matcher.use_cases.training_data import training_data
from models.memory import MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, customer, employee

BEGIN = NOW - timedelta(days=100)
CUSTOMERS, EMPLOYEES = 60, 6
Told = Callable[[str, bool], dict[str, Any]]  # the kind of contact and whether it went well → what an event tells


def channel_of(number: int) -> str:
    return "phone" if number % 2 else "chat"


def segment_of(customer_number: int) -> str:
    return "care" if customer_number % 3 == 0 else "retail"


# Chats and care contacts go badly more often, and who chats or needs care answers more often.
GOES_WELL = {("phone", "retail"): 0.9, ("phone", "care"): 0.6, ("chat", "retail"): 0.5, ("chat", "care"): 0.2}
ANSWERS = {("phone", "retail"): 0.15, ("phone", "care"): 0.4, ("chat", "retail"): 0.5, ("chat", "care"): 0.8}


class World:
    """Contacts that a router had decided and served, of which customers alone can tell how they went."""

    def __init__(self, *, contacts: int, seed: int, log: bool = True) -> None:
        self.store, self.log = MemoryStore(), log
        self.rng = np.random.default_rng(seed)
        self.went_well: list[bool] = []
        with self.store.writing() as records:
            for number in range(CUSTOMERS):
                records.customers.put(customer(f"c-{number}", segment=segment_of(number)), now=BEGIN)
            for number in range(EMPLOYEES):
                records.employees.put(employee(f"e-{number}", team=f"t-{number % 2}"), now=BEGIN)
        self.serve(contacts)

    def serve(self, contacts: int) -> None:
        """Serve so many contacts, some of which are answered."""
        decided, told = [], []
        for number in range(contacts):
            decision = self.decision(number)
            kind = (decision.channel, segment_of(int((decision.customer_id or "")[2:])))
            self.went_well.append(bool(self.rng.random() < GOES_WELL[kind]))
            decided.append(decision)
            if self.rng.random() < ANSWERS[kind]:
                told.append(answer_to(decision, satisfaction=5 if self.went_well[-1] else 1))
        self.keep(decided, told)

    def decision(self, number: int) -> LoggedDecision:
        """The decision on contact k-number, 20 minutes after the one before."""
        return LoggedDecision(
            id=f"d-{number}",
            contact_id=f"k-{number}",
            at=BEGIN + timedelta(minutes=20 * number),
            basis="rules",
            strategy="cost",
            channel=channel_of(number),
            intent="bill" if number % 5 else "move",
            customer_id=f"c-{int(self.rng.integers(CUSTOMERS))}",
            employee_id=f"e-{int(self.rng.integers(EMPLOYEES))}",
        )

    def keep(self, decided: list[LoggedDecision], told: list[ContactOutcome]) -> None:
        """Keep decisions, and what was told of them."""
        with self.store.writing() as records:
            records.decisions.add_many(decided if self.log else [])
            record_outcomes(records, told, now=NOW)

    def read(self, **changes: Any) -> Data:
        """What a classifier would be learnt from."""
        with self.store.reading() as records:
            return training_data(records, FRAMEWORK, since=BEGIN, until=NOW, now=NOW, **changes)

    def unweighed(self) -> Data:
        """The same outcomes, each counted once."""
        with self.store.reading() as records:
            met = [one.outcome() for one in read_meetings(records, BEGIN, NOW) if one.success is not None]
        data = self.read()
        return Data(
            data.customers, data.employees, outcomes_of(met, data.customers.ids, data.employees.ids), data.framework
        )


def answer_to(decision: LoggedDecision, **said: Any) -> ContactOutcome:
    """The customer's answer to a survey, an hour later."""
    return told_of(decision, after=timedelta(hours=1), event_id=f"survey-{decision.contact_id}", **said)


def told_of(decision: LoggedDecision, *, after: timedelta = timedelta(minutes=5), **said: Any) -> ContactOutcome:
    """An event that tells of the contact a decision was on."""
    known: dict[str, Any] = {name: getattr(decision, name) for name in ("customer_id", "employee_id", "channel")}
    known |= {"contact_id": decision.contact_id, "intent": decision.intent, "occurred_at": decision.at + after}
    return ContactOutcome(**{"event_id": f"log-{decision.contact_id}", **known, **said})


def interval(data: Data) -> tuple[float, float]:
    """The share of good outcomes with twice its standard error on both sides, the weights' loss counted in."""
    mean = sizes_of(data)["success"]
    error = float(np.sqrt(mean * (1 - mean) / effective_size(data.outcomes.weight)))
    return mean - 2 * error, mean + 2 * error


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_answers_speak_for_the_silent_as_well(seed: int) -> None:
    """The dissatisfied answer more, by channel and segment: plainly counted, service looks far worse than it is."""
    world = World(contacts=4_000, seed=seed)
    truth = float(np.mean(world.went_well))
    plain, weighed = interval(world.unweighed()), interval(world.read())

    assert plain[1] < truth - 0.05, f"seed {seed}"
    assert weighed[0] < truth < weighed[1], f"seed {seed}"


def test_the_card_tells_who_answered_and_what_that_cost() -> None:
    """An analyst must see how few speak for how many."""
    world = World(contacts=3_000, seed=5)
    data = world.read()
    told = sizes_of(data)["weighing"]

    assert told["answers_modelled"] is True
    assert (told["told"], told["answered"]) == (0, len(data.outcomes))
    assert told["answered"] + told["silent"] == 3_000
    assert told["share_answered"] == pytest.approx(told["answered"] / 3_000, abs=1e-3)
    assert told["effective"] < told["answered"]
    assert 1 < told["largest_weight"] <= 10
    assert f"{told['answered']:,} were told by an answer only" in (weighing_told({"weighing": told}) or "")


def test_what_is_known_without_an_answer_weighs_once() -> None:
    """Where a log tells of half the contacts, those who answer speak for the other half and not for all."""
    world = World(contacts=0, seed=3)
    decisions = [world.decision(number) for number in range(1_200)]
    told = [told_of(one, resolved=True) for one in decisions[::2]]
    told += [answer_to(one, satisfaction=1) for one in decisions[1::8]]  # a quarter of the others
    world.keep(decisions, told)
    data = world.read()
    weight = data.outcomes.weight

    assert data.answers is not None
    assert (data.answers.told, data.answers.answered, data.answers.silent) == (600, 150, 450)
    assert weight[data.outcomes.success == 0].sum() == pytest.approx(weight[data.outcomes.success == 1].sum(), rel=0.1)


def test_without_any_survey_everything_is_as_before_to_the_bit() -> None:
    """A log of calls with a verdict of its own knows all it needs: nobody's silence changes a weight."""
    world = World(contacts=0, seed=4)
    decisions = [world.decision(number) for number in range(300)]
    world.keep(decisions, [told_of(one, told_success=float(one.channel == "chat")) for one in decisions[::3]])
    data, before = world.read(), world.unweighed()

    assert data.answers is not None
    assert (data.answers.told, data.answers.answered, data.answers.silent) == (100, 0, 0)
    assert data.outcomes.weight.tobytes() == before.outcomes.weight.tobytes() == np.ones(100).tobytes()
    assert sizes_of(data)["weighing"]["share_answered"] is None


def test_without_knowing_who_kept_silent_everything_is_as_before_to_the_bit() -> None:
    """Surveys alone, no log of decisions: of whom nothing is known nothing is made up."""
    world = World(contacts=900, seed=6, log=False)
    data = world.read()

    assert data.answers is not None
    assert (data.answers.silent, data.answers.is_modelled) == (0, False)
    assert data.outcomes.weight.tobytes() == world.unweighed().outcomes.weight.tobytes()


def test_who_may_answer_yet_is_not_counted_as_silent() -> None:
    """Of last night's contacts hardly anybody has answered; that says nothing of who will."""
    world = World(contacts=0, seed=7)
    decisions = [world.decision(number) for number in range(7_200)]  # 100 days of them
    old = [answer_to(one, satisfaction=5) for one in decisions[:6_600:2]]
    world.keep(decisions, old)
    weight = world.read().outcomes.weight

    assert weight == pytest.approx(np.ones(len(old)), abs=0.15)


def test_an_event_without_a_verdict_is_known_silence_too() -> None:
    """A call log that tells minutes only: the contact was served, and nobody said how it went."""
    world = World(contacts=0, seed=8, log=False)
    decisions = [world.decision(number) for number in range(400)]
    told = [told_of(one, minutes=3.0) for one in decisions]
    world.keep(decisions, told + [answer_to(one, satisfaction=4) for one in decisions[::4]])
    data = world.read()

    assert data.answers is not None
    assert (data.answers.answered, data.answers.silent, data.answers.is_modelled) == (100, 300, True)
    assert len(data.outcomes) == 100


def test_the_silent_who_are_gone_count_for_nobody() -> None:
    """An erased customer leaves no trace, their silence included; nor is an employee counted who is not there."""
    world = World(contacts=0, seed=9)
    decisions = [world.decision(number) for number in range(600)]
    world.keep(decisions, [answer_to(one, satisfaction=5) for one in decisions[::3]])
    with world.store.writing() as records:
        erase_person(records, EMPLOYEE, "e-0", now=NOW)
        erase_person(records, CUSTOMER, "c-1", now=NOW)
    data = world.read()
    there = [one for one in decisions if one.employee_id != "e-0" and one.customer_id != "c-1"]

    assert data.answers is not None
    assert data.answers.answered + data.answers.silent == len(there)


def test_a_log_kept_for_a_shorter_time_than_outcomes_does_no_harm() -> None:
    """Of whom nobody knows whether they kept silent, nothing is learnt of who answers."""
    world = World(contacts=0, seed=10)
    decisions = [world.decision(number) for number in range(4_000)]
    answers = [answer_to(one, satisfaction=5) for one in decisions[::4]]
    world.keep(decisions[3_000:], answers)
    data = world.read()

    assert data.answers is not None
    assert (data.answers.answered, data.answers.silent) == (1_000, 750)
    assert data.answers.share == pytest.approx(0.25, abs=0.01)
    assert data.outcomes.weight == pytest.approx(np.ones(1_000), abs=0.25)


def test_of_very_many_the_latest_count_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; what is let go of answers is let go of silence too."""
    monkeypatch.setattr("matcher.use_cases.training_data.MOST_OUTCOMES", 200)
    world = World(contacts=0, seed=10)
    decisions = [world.decision(number) for number in range(2_000)]
    world.keep(decisions, [answer_to(one, satisfaction=5) for one in decisions[::2]])
    few = [told_of(one, minutes=3.0) for one in decisions[1:400:2]]
    world.keep([], few)
    data = world.read()

    assert data.answers is not None
    assert (data.answers.answered, data.answers.silent) == (200, 199)  # an answer comes an hour after its decision
    assert data.answers.share == pytest.approx(0.5, abs=0.02)


def test_outcomes_are_judged_by_the_weights_in_force_when_they_are_read() -> None:
    """Operations learn what a minute is worth; what was told before is held to it too, a segment at a time."""
    world = World(contacts=0, seed=2)
    decisions = [world.decision(number) for number in range(120)]
    world.keep(decisions, [told_of(one, resolved=True, minutes=30.0) for one in decisions])
    dear = OutcomeTerms(by_segment={"care": OutcomeWeights(minute_cents=100.0)})
    before, after = world.read(), world.read(terms=dear)
    segments = [after.customers.groups[place] for place in after.outcomes.customer.tolist()]

    assert set(before.outcomes.success.tolist()) == {1.0}
    assert after.outcomes.success.tolist() == [float(one != "care") for one in segments]


def moment(days: float) -> datetime:
    """So many days after the beginning."""
    return BEGIN + timedelta(days=days)


def test_an_abandoned_contact_counts_as_a_failure_of_the_pair_it_was_given_to() -> None:
    """Who hangs up while an employee is on the way had no good outcome, whatever else was told of the contact."""
    world = World(contacts=0, seed=1)
    decision = world.decision(0)
    gave_up = ContactOutcome(event_id="gone", contact_id="k-0", occurred_at=moment(0.01), resolved=False)
    nobody = ContactOutcome(event_id="gone early", contact_id="k-9", customer_id="c-1", occurred_at=moment(0.01))
    world.keep([decision], [gave_up, nobody])
    with world.store.reading() as records:
        (met,) = read_meetings(records, None, None)

    assert (met.customer_id, met.employee_id, met.success) == (decision.customer_id, decision.employee_id, 0.0)
    assert met.by_answer is False
