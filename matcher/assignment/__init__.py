"""Who takes which, in numbers only: a problem in, an assignment with its certificate out."""

from matcher.assignment.bottleneck import Bottleneck, bottleneck
from matcher.assignment.problem import Problem
from matcher.assignment.result import Assignment
from matcher.assignment.solve import solve
from matcher.assignment.warm_up import warm_up

__all__ = ["Assignment", "Bottleneck", "Problem", "bottleneck", "solve", "warm_up"]
