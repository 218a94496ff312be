"""Answers as pages show them, shortened, beside the real ones."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

MORE = "…"
SLACK = Decimal("1e-6")  # on the edge between two roundings; profiles fade while a page is read


def differences(shown: str, real: str) -> list[str]:
    """Where the JSON `real` is not what `shown` says of it.

    Objects may be shown in part. A list ends in "…" where more follows; in a text "…" stands for any text. A number
    with decimals is the real one rounded to as many.
    """
    return list(_differences(_read(shown), _read(real), "the answer"))


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _differences(shown: Any, real: Any, place: str) -> Iterator[str]:
    if isinstance(shown, Mapping) and isinstance(real, Mapping):
        yield from (f"{place} has no {name}" for name in shown if name not in real and name != MORE)
        for name in shown.keys() & real.keys():
            yield from _differences(shown[name], real[name], f"{place}/{name}")
    elif isinstance(shown, list) and isinstance(real, list):
        told = shown[:-1] if shown and shown[-1] == MORE else shown
        if len(told) > len(real) or (told is shown and len(told) < len(real)):
            yield f"{place} has {len(real)} items: {real}"
        for index, (one, other) in enumerate(zip(told, real, strict=False)):
            yield from _differences(one, other, f"{place}/{index}")
    elif not _says_the_same(shown, real):
        yield f"{place} is {real!r}"


def _says_the_same(shown: Any, real: Any) -> bool:
    if isinstance(shown, str) and MORE in shown:
        return isinstance(real, str) and fnmatchcase(real, shown.replace("[", "[[]").replace(MORE, "*"))
    if isinstance(shown, Decimal) and isinstance(real, Decimal | int) and not isinstance(real, bool):
        digits = shown.as_tuple().exponent
        return abs(shown - real) <= Decimal(5).scaleb(int(digits) - 1) + SLACK
    return type(shown) is type(real) and bool(shown == real)
