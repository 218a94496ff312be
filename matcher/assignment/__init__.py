"""Who takes which, in numbers only: a problem in, an assignment with its certificate out."""

from matcher.assignment.bottleneck import Bottleneck, bottleneck
from matcher.assignment.problem import Problem
from matcher.assignment.result import Assignment
from matcher.assignment.solve import solve

__all__ = ["Assignment", "Bottleneck", "Problem", "bottleneck", "solve"]
