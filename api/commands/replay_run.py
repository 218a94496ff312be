"""The work behind `klik replay`: read the log, rebuild its world, run every policy in it, compare."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from api.commands.pair_files import read_served
from api.files.people import employee_rows
from api.replay_log import read_log
from api.replay_report import Judge, Report, Setting
from matcher.compatibility.prior import unlearnt
from matcher.errors import NotFound
from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee
from matcher.rules import DEFAULT_RULE_SET, compile_rules
from matcher.simulation.chemistry import compatibility_of_pairs, with_drawn_profiles
from matcher.simulation.compare import Comparison, compare
from matcher.simulation.engine import Progress, Run, run
from matcher.simulation.klik import Klik
from matcher.simulation.policies import FirstCome, LongestIdle, Policy
from matcher.simulation.rebuild import REALITY, Rebuilt, rebuild
from models.frameworks import load_framework

# One stream of chance for each thing drawn, so that changing one thing leaves the others as they were.
REBUILDING, ROUTING, RESAMPLING = 1, 2, 3


Watch = Callable[[str], AbstractContextManager[Progress]]
"""Given a policy's name, what is told of its run for as long as that lasts."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to replay: the log, under which policies, with which employee file and which classifier."""

    log: Path
    policies: tuple[str, ...]
    employees: Path | None = None
    skip_malformed: bool = False
    classifier: Path | None = None


def replayed(request: Request, setting: Setting, watch: Watch) -> Report:
    """The report of a replay.

    Raises NotFound when a file is missing and InvalidInput when one cannot be used.
    """
    framework = load_framework()
    learnt = None if request.classifier is None else read_served(request.classifier, framework)
    if learnt is not None:
        setting = replace(setting, classifier=Judge(learnt.version, learnt.outcomes))
    known = {} if request.employees is None else known_employees(request.employees, framework)
    history = read_log(request.log, skip_malformed=request.skip_malformed, short_s=setting.short_s)
    rebuilt = rebuild(
        history,
        rng=_chance(setting, REBUILDING),
        starts_at=datetime.combine(history.first_day, datetime.min.time(), tzinfo=UTC),
        terms=setting.terms,
        known=known,
    )
    if setting.profile_seed is not None:
        drawn = with_drawn_profiles(rebuilt.scenario, framework, rng=np.random.default_rng(setting.profile_seed))
        rebuilt = replace(rebuilt, scenario=drawn)
    if request.employees is not None:
        setting = replace(setting, employees_known=len(known.keys() & rebuilt.staffing.kinds_of.keys()))
    klik = Klik(framework, compile_rules(DEFAULT_RULE_SET), classifier=learnt)
    runs, took_s = _run_each(_policies(request.policies, klik), rebuilt, setting, watch)
    return Report(
        setting=replace(setting, rule_set=DEFAULT_RULE_SET.version),
        history=history,
        rebuilt=rebuilt,
        comparison=_compared((rebuilt.reality, *runs), rebuilt, framework, setting),
        rounds={"klik": {**klik.bases, "degraded": klik.degraded}} if "klik" in request.policies else {},
        took_s=took_s,
    )


def known_employees(path: Path, framework: Framework) -> dict[str, Employee]:
    """The employees of a file, by id. Raises NotFound without the file, InvalidInput with every faulty line."""
    if not path.is_file():
        raise NotFound(f"There is no employee file at {path}.", path=str(path))
    with path.open("rb") as stream:
        return {employee.id: employee for employee in employee_rows(stream, framework).values()}


def _policies(names: tuple[str, ...], klik: Klik) -> list[Policy]:
    known: Mapping[str, Policy] = {"longest_idle": LongestIdle(), "first_come": FirstCome(), "klik": klik}
    return [known[name] for name in names]


def _run_each(
    policies: list[Policy], rebuilt: Rebuilt, setting: Setting, watch: Watch
) -> tuple[list[Run], dict[str, float]]:
    runs, took_s = [], {REALITY: 0.0}
    for policy in policies:
        begun = perf_counter()
        with watch(policy.name) as progress:
            runs.append(run(rebuilt.scenario, policy, rng=_chance(setting, ROUTING), progress=progress))
        took_s[policy.name] = perf_counter() - begun
    return runs, took_s


def _compared(runs: tuple[Run, ...], rebuilt: Rebuilt, framework: Framework, setting: Setting) -> Comparison:
    pairs = None
    if setting.profile_seed is not None:
        pairs = compatibility_of_pairs(runs, rebuilt.scenario, framework, mode=unlearnt(DEFAULT_RULE_SET.values.mode))
    chance = _chance(setting, RESAMPLING)
    return compare(runs, rebuilt.scenario, within_s=setting.within_s, rng=chance, compatibility=pairs)


def _chance(setting: Setting, stream: int) -> np.random.Generator:
    return np.random.default_rng([setting.seed, stream])
