"""Put together: rules give a mask, compatibility gives scores, assignment solves, and every decision is explained."""

from matcher.routing.decide import decide
from matcher.routing.decision import Decision, Ranking, Reason, Round, Unassigned
from matcher.routing.rank import rank
from matcher.routing.roster import Roster
from matcher.routing.snapshot import CustomerTable, KnownCustomer, Rng, Snapshot

__all__ = [
    "CustomerTable",
    "Decision",
    "KnownCustomer",
    "Ranking",
    "Reason",
    "Rng",
    "Roster",
    "Round",
    "Snapshot",
    "Unassigned",
    "decide",
    "rank",
]
