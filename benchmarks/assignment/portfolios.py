"""Whole portfolios: customers to account employees, values made chunk by chunk or read from a mapped file, one thread.

`python -m benchmarks.assignment.portfolios --million` measures a million customers as well: some minutes, 300 MB
in the folder of temporary files. `--only` picks rows. The memory is that of the process: give the million its own.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, show
from matcher.assignment.listed_chunks import ListedChunks
from matcher.assignment.transport import AskNear, Chunks
from matcher.routing.accounts import AccountChunks, Bench, CustomerChunk
from matcher.use_cases.assign_portfolio import Portfolio, assign_portfolio

PART = "assignment"
MANY, MILLION, STAFF, PAIRS = 100_000, 1_000_000, 1_000, 50
PLACES = 1.05  # for each customer
CUSTOMERS_A_CHUNK = 4_096
LANGUAGES = (0.6, 0.2, 0.1, 0.05, 0.03, 0.02)  # share of customers, and of employees who speak it
KNOWN = 200.0  # pieces of evidence behind a profile
MOST_GIB = 4.0

Figures = list[Figure]


def measure_portfolios(*, million: bool = False, only: str = "") -> Figures:
    """For each portfolio: seconds beside one look at every pair, the gap that is proved, memory."""
    figures: Figures = []
    assign_portfolio(by_profiles(CUSTOMERS_A_CHUNK, languages=LANGUAGES), np.full(STAFF, 5))  # loops are loaded now
    chunks: Chunks
    for name, languages, unknown, places in (
        ("open to all", (1.0,), 0.0, PLACES),
        ("languages", LANGUAGES, 0.0, PLACES),
        ("languages, places for all and no more", LANGUAGES, 0.0, 1.0),
        ("languages, places for nine of ten", LANGUAGES, 0.0, 0.9),
        ("half of them unknown", (1.0,), 0.5, PLACES),
    ):
        if only in name:
            chunks = by_profiles(MANY, languages=languages, unknown=unknown)
            figures += _measured(name, chunks, places=places, most_s=30.0, most_gap=0.1)
    if only in "pairs in a mapped file":
        with tempfile.TemporaryDirectory() as folder:
            chunks = mapped(Path(folder), customers=MANY)
            figures += _measured("pairs in a mapped file", chunks, places=PLACES, most_s=30.0, most_gap=0.1)
    if million and only in "20 languages":
        chunks = by_profiles(MILLION, languages=(0.05,) * 20)
        figures += _measured("20 languages", chunks, places=PLACES, most_s=600.0, most_gap=0.5)
    if million and only in "a mapped file":
        with tempfile.TemporaryDirectory() as folder:
            chunks = mapped(Path(folder), customers=MILLION)
            figures += _measured("a mapped file", chunks, places=PLACES, most_s=600.0, most_gap=0.5)
    return figures


def by_profiles(customers: int, *, languages: tuple[float, ...], unknown: float = 0.0) -> AccountChunks:
    """People of eight value systems, as `klik portfolio` lays them out; values are made when they are asked for."""
    from matcher.compatibility.prior import PriorCompatibility
    from matcher.profiles.facets import ShareTable
    from models.frameworks import load_framework

    rng, framework = np.random.default_rng(0), load_framework()
    classifier, size = PriorCompatibility(framework, mode="prior"), framework.values.size
    evidence = np.full(STAFF, KNOWN)
    staff = classifier.employee_side(ShareTable(rng.dirichlet(np.full(size, 0.6), STAFF), evidence, evidence))
    mother_tongue = rng.choice(len(languages), STAFF, p=languages)
    chunks = []
    for number, start in enumerate(range(0, customers, CUSTOMERS_A_CHUNK)):
        count = min(CUSTOMERS_A_CHUNK, customers - start)
        share = rng.dirichlet(np.full(size, 0.6), count)
        n_eff = np.where(rng.random(count) < unknown, 0.0, KNOWN)
        language = rng.choice(len(languages), count, p=languages).astype(np.int32)
        chunks.append(CustomerChunk(number, share, n_eff, language))
    bench = Bench(classifier, staff, mother_tongue == np.arange(len(languages))[:, None])
    return AccountChunks(bench, chunks, [len(one.n_eff) for one in chunks], map)


def mapped(folder: Path, *, customers: int) -> ListedChunks:
    """Customers with fifty employees each, worth a uniform number, on a disk."""
    rng = np.random.default_rng(0)
    employee = np.memmap(folder / "employee", np.int16, "w+", shape=(customers, PAIRS))
    value = np.memmap(folder / "value", np.float32, "w+", shape=(customers, PAIRS))
    step = np.arange(PAIRS) * 7
    for start in range(0, customers, 50_000):
        here = slice(start, start + 50_000)
        employee[here] = (rng.integers(0, STAFF, 50_000)[:, None] + step * rng.integers(1, 3, 50_000)[:, None]) % STAFF
        value[here] = rng.random((50_000, PAIRS), np.float32)
    first = np.arange(0, customers * PAIRS + 1, PAIRS)
    return ListedChunks.of(first, employee.reshape(-1), value.reshape(-1), STAFF)


def _measured(name: str, chunks: Chunks, *, places: float, most_s: float, most_gap: float) -> Figures:
    rng = np.random.default_rng(1)
    capacity = rng.multinomial(int(places * chunks.customers), np.full(STAFF, 1 / STAFF))
    look = _seconds(lambda: sum(one.net for one in chunks.near(AskNear(np.zeros(STAFF), 1))))
    found: list[Portfolio] = []
    spent = _seconds(lambda: found.append(assign_portfolio(chunks, capacity)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    what = f"portfolio {chunks.customers:,} × {STAFF:,}, {name}"
    is_million = chunks.customers == MILLION
    figures = [
        Figure(PART, f"{what}: {found[0].rounds} rounds", spent, " s", most_s, look, "one look at every pair"),
        Figure(PART, f"{what}: certified gap", 100 * found[0].gap, " %", most_gap),
    ]
    if is_million:
        figures.append(Figure(PART, f"{what}: largest memory of the process", memory, " GiB", MOST_GIB))
    return figures


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print; exit code 0 whether or not targets are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assignment.portfolios", description=__doc__)
    parser.add_argument("--million", action="store_true", help="a million customers too")
    parser.add_argument("--only", default="", help="rows whose name contains this")
    options = parser.parse_args()
    show(measure_portfolios(million=options.million, only=options.only))


if __name__ == "__main__":
    main()
