"""Processor time and memory of other processes, and of a piece of code, read from the kernel's own counters."""

import ctypes
import gc
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

NS = 1e9


def cpu_s(pid: int) -> float:
    """Seconds on a processor of all threads of the process, to the nanosecond where the kernel counts so."""
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / NS
    except (FileNotFoundError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Resident memory of the process, in MiB."""
    return _told_mb(pid, "VmRSS:")


def grown_mb(code: Callable[[], object]) -> float:
    """How much memory this process takes at most while the code runs, beyond what it has, in MiB."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free but kept would hide what the code takes
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = memory_mb(os.getpid())
    code()
    return max(_told_mb(os.getpid(), "VmHWM:") - before, 0.0)


def _told_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def children_of(pid: int) -> list[int]:
    """The processes that this one started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family_of(pid: int) -> list[int]:
    """The process and everything under it."""
    return [pid, *(grandchild for child in children_of(pid) for grandchild in family_of(child))]


def cpu_ratios(
    one: Callable[[], object], other: Callable[[], object], *, rounds: int, times: int
) -> tuple[list[float], float, float]:
    """one ÷ other, round by round, interleaved so that both meet the same machine; and the median seconds of each."""
    ratios, ones, others = [], [], []
    for _ in range(rounds):
        ones.append(_spent(one, times))
        others.append(_spent(other, times))
        ratios.append(ones[-1] / others[-1])
    return ratios, statistics.median(ones) / times, statistics.median(others) / times


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The 10th and the 90th percentile."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.1 * last)], ordered[round(0.9 * last)]


def _spent(code: Callable[[], object], times: int) -> float:
    gc.collect()
    gc.disable()  # as timeit does: a collection would be booked on whoever happens to be measured
    try:
        start = time.process_time()
        for _ in range(times):
            code()
        return time.process_time() - start
    finally:
        gc.enable()
