"""(b) What checking 1,000 contacts costs, beside parsing the very same bytes."""

import json
import statistics

import orjson

from benchmarks.figures import Figure, show
from benchmarks.processor_time import cpu_ratios, spread
from benchmarks.staff import contacts

SIZE = 1_000
ROUNDS = 15
TIMES = 10


def measure() -> list[Figure]:
    """Processor time of checking and of strict reading, each as a multiple of orjson.loads."""
    from api.json_reader import read_json
    from api.schemas.matching import MatchInSchema

    schema = MatchInSchema()
    figures = []
    for what, many in (("plain contacts", _plain()), ("contacts with customers and profiles", contacts(SIZE))):
        raw = json.dumps({"contacts": many}).encode()
        parsed = orjson.loads(raw)
        checking = cpu_ratios(
            lambda p=parsed: schema.load(p), lambda r=raw: orjson.loads(r), rounds=ROUNDS, times=TIMES
        )
        reading = cpu_ratios(lambda r=raw: read_json(r), lambda r=raw: orjson.loads(r), rounds=ROUNDS, times=TIMES)
        name = f"{SIZE:,} {what}, {len(raw) / 1024:.0f} KiB"
        figures.append(_figure(f"checking {name}", checking, 3.0))
        figures.append(_figure(f"reading strictly {name}", reading, None))
    return figures


def _figure(what: str, measured: tuple[list[float], float, float], target: float | None) -> Figure:
    ratios, one_s, _ = measured
    named = f"{what} ({one_s * 1e3:.2f} ms)"
    return Figure("b", named, statistics.median(ratios), "× orjson", target, 1.0, "the parse", spread(ratios))


def _plain() -> list[dict[str, object]]:
    return [{name: value for name, value in one.items() if name != "customer"} for one in contacts(SIZE)]


if __name__ == "__main__":
    show(measure())
