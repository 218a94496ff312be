"""Who takes which, in numbers only: a problem in, an assignment with its certificate out."""

from matcher.assignment.bottleneck import Bottleneck, Fix, MoreSlots, Opening, bottleneck, cheapest_fix
from matcher.assignment.incremental import Solved, warm_up_changes
from matcher.assignment.problem import Problem
from matcher.assignment.result import Assignment
from matcher.assignment.solve import solve
from matcher.assignment.warm_up import warm_up

__all__ = [
    "Assignment",
    "Bottleneck",
    "Fix",
    "MoreSlots",
    "Opening",
    "Problem",
    "Solved",
    "bottleneck",
    "cheapest_fix",
    "solve",
    "warm_up",
    "warm_up_changes",
]
