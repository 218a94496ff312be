"""What a situation does to a preference: counted over everyone's contacts."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles import situations
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework_types import Expected
from matcher.profiles.preferences import observed_share, share_in_situation
from matcher.profiles.situations import Situation, SituationStudy, share_there, situation_of
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, evidence

CHANNEL = FRAMEWORK.facets["channel"]
OUTAGE, BILL = Situation("outage", urgent=True), Situation("bill")


def contact(channel: str, situation: Situation | None, event: str = "contact_started", **changes: object) -> Evidence:
    """A contact that a customer started by that channel."""
    share, weight = observed_share(CHANNEL, event, pick=channel)
    about = {} if situation is None else {"intent": situation.intent, "urgent": situation.urgent}
    told = {"facet": "channel", "share": share, "weight": weight, "detail": {"event": event, **about}}
    return replace(evidence(Source.BEHAVIOUR, **told), **changes)  # type: ignore[arg-type]  # keyword arguments of a test


def studied(*contacts: Evidence) -> SituationStudy:
    study = SituationStudy(CHANNEL)
    study.add(contacts)
    return study


def test_lifts_are_as_by_hand() -> None:
    """Fifty outages all by phone, fifty bills all by chat: 25 of each are expected, five more stand on either side."""
    lifts = studied(*[contact("phone", OUTAGE)] * 50, *[contact("chat", BILL)] * 50).lifts()
    by_channel = dict(zip(CHANNEL.dims, lifts[OUTAGE].by_category, strict=True))

    assert lifts[OUTAGE].contacts == 50
    assert by_channel["phone"] == pytest.approx(55 / 30)
    assert by_channel["chat"] == pytest.approx(5 / 30)
    assert by_channel["desk"] == 1.0


def test_fewer_than_fifty_contacts_teach_nothing() -> None:
    """What forty-nine did is no habit of the population."""
    study = studied(*[contact("phone", OUTAGE)] * 49, *[contact("chat", BILL)] * 50)

    assert set(study.lifts()) == {BILL}
    assert study.contacts == 99


def test_where_everyone_is_in_one_situation_it_lifts_nothing() -> None:
    """Then the situation is what is general."""
    (lift,) = studied(*[contact("phone", OUTAGE)] * 60, *[contact("chat", OUTAGE)] * 40).lifts().values()

    assert lift.by_category == pytest.approx(np.ones(6))


def test_what_was_true_is_found_again_among_many() -> None:
    """Drawn from shares that are known: with contacts enough the lift is the ratio of the shares."""
    rng = np.random.default_rng(20261122)
    shares = {OUTAGE: np.array([0.05, 0.05, 0.1, 0.6, 0.05, 0.15]), BILL: np.array([0.2, 0.3, 0.2, 0.1, 0.15, 0.05])}
    contacts = [
        contact(CHANNEL.dims[place], situation)
        for situation, share in shares.items()
        for place in rng.choice(6, size=5_000, p=share)
    ]
    lifts = studied(*contacts).lifts()
    in_general = (shares[OUTAGE] + shares[BILL]) / 2

    assert lifts[OUTAGE].by_category == pytest.approx(shares[OUTAGE] / in_general, abs=0.1)


@pytest.mark.parametrize(
    "changes",
    [
        {"event": "abandoned"},
        {"situation": None},
        {"source": Source.SELF_TAG},
        {"revoked_at": NOW, "revoked_by": "key-1"},
        {"detail": {"intent": "outage", "event": "unheard of"}},
        {"detail": {"intent": "outage"}},
        {"detail": {"intent": 7, "event": "contact_started"}},
    ],
)
def test_what_is_no_choice_in_a_situation_does_not_count(changes: dict) -> None:
    """Who hung up chose nothing, and what was taken back was never said."""
    event, situation = changes.get("event", "contact_started"), changes.get("situation", OUTAGE)
    rest = {name: told for name, told in changes.items() if name not in ("event", "situation")}

    assert situation_of(contact("phone", situation, event, **rest), CHANNEL) is None
    assert situation_of(contact("phone", OUTAGE), CHANNEL) == OUTAGE


def test_no_two_situations_have_one_name() -> None:
    """Names are what they are stored under."""
    about = ["a", "a|urgent", "a|not_urgent", "intent=a"]

    assert len({Situation(intent, urgent).name for intent in about for urgent in (True, False)}) == 8


def test_intents_made_of_case_numbers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A router that sends a number of its own as intent spoils nothing but that intent."""
    monkeypatch.setattr(situations, "MOST_SITUATIONS", 20)
    study = SituationStudy(CHANNEL)
    for page in range(60):
        study.add([contact("phone", OUTAGE), contact("chat", Situation(f"case {page}"))])

    assert len(study._times) <= 20
    assert study.lifts()[OUTAGE].contacts == 60
    assert study.contacts == 120


def test_what_is_kept_of_a_lift_says_all_of_it() -> None:
    """It is kept as a share that sums to 1: used by anyone, it gives what the lift itself would."""
    lift = studied(*[contact("phone", OUTAGE)] * 50, *[contact("chat", BILL)] * 70).lifts()[OUTAGE]
    learnt = replace(CHANNEL, situations={OUTAGE.name: Expected(lift.mean, 50.0, NOW)})
    habit = (0.1, 0.1, 0.5, 0.1, 0.1, 0.1)
    seen = [contact("email", OUTAGE)] * 2
    by_lift = share_in_situation(np.array(habit), np.array([0, 0, 0, 0, 2, 0]), np.array(lift.by_category))

    assert sum(lift.mean) == pytest.approx(1.0)
    assert share_there(learnt, habit, OUTAGE, contacts=seen) == pytest.approx(by_lift)
    assert share_there(learnt, habit, BILL) == pytest.approx(habit)
