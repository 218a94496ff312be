"""What a framework file is warned about: allowed, but hardly meant. Source: profiling.md section 10."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from matcher.profiles.framework_types import Facet, FileWarning, Texts
from matcher.profiles.questionnaire import Form, Item, Mode

LONGEST_TO_SHORTEST = 4.0
PAIRS_SHOWN = 5


def warnings_of(
    document: Mapping[str, object], forms: Mapping[str, Form], facets: Mapping[str, Facet], dims: Sequence[str]
) -> tuple[FileWarning, ...]:
    """Every warning about a file that was read without a fault."""
    return (
        *(warning for form in forms.values() for warning in _of_form(form, dims)),
        *(
            warning
            for facet in facets.values()
            if facet.item is not None
            for warning in _uneven_lengths(facet.item, f"/facets/{facet.id}/item/options")
        ),
        *_of_affinity(document),
    )


def _of_form(form: Form, dims: Sequence[str]) -> Iterator[FileWarning]:
    where = f"/forms/{form.id}/items"
    yield from _unequal_appearances(form, dims, where)
    items = list(form.items.values())
    if form.modes[0] is not Mode.RATE:
        yield from _pairs_that_never_meet(items, dims, where)
    yield from _equal_texts(items, where)
    for place, item in enumerate(items):
        yield from _uneven_lengths(item, f"{where}/{place}/options")


def _unequal_appearances(form: Form, dims: Sequence[str], where: str) -> Iterator[FileWarning]:
    shown = Counter(dim for item in form.items.values() for dim in _dims_of(item))
    counts = {dim: shown[dim] for dim in dims}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{dim} {count}" for dim, count in counts.items())
        yield FileWarning(where, "unequal_appearances", f"dimensions appear unequally often: {told}")


def _dims_of(item: Item) -> list[str]:
    return [option.dim for option in item.options] if item.dim is None else [item.dim]


def _pairs_that_never_meet(items: Sequence[Item], dims: Sequence[str], where: str) -> Iterator[FileWarning]:
    met = {frozenset(pair) for item in items for pair in combinations(_dims_of(item), 2)}
    never = [pair for pair in combinations(dims, 2) if frozenset(pair) not in met]
    if never:
        told = ", ".join(" and ".join(pair) for pair in never[:PAIRS_SHOWN])
        more = f" and {len(never) - PAIRS_SHOWN} more" if len(never) > PAIRS_SHOWN else ""
        yield FileWarning(where, "pairs_never_meet", f"these are never weighed against each other: {told}{more}")


def _equal_texts(items: Sequence[Item], where: str) -> Iterator[FileWarning]:
    """Equal texts of options, and of stems."""
    places: list[tuple[str, Texts]] = []
    for place, item in enumerate(items):
        places.append((f"{where}/{place}/stem", item.stem))
        places += [(f"{where}/{place}/options/{at}", option.text) for at, option in enumerate(item.options)]
    first: dict[tuple[str, str], str] = {}
    for pointer, texts in places:
        for language, text in texts.items():
            before = first.setdefault((language, " ".join(text.casefold().split())), pointer)
            if before != pointer:
                yield FileWarning(f"{pointer}/{language}", "equal_texts", f"the same text stands at {before}")


def _uneven_lengths(item: Item, where: str) -> Iterator[FileWarning]:
    """A much longer option is chosen for its length."""
    for language in item.options[0].text if item.options else ():
        lengths = [len(option.text[language]) for option in item.options]
        if max(lengths) > LONGEST_TO_SHORTEST * min(lengths):
            detail = f"in {language!r} the longest option has {max(lengths)} characters, the shortest {min(lengths)}"
            yield FileWarning(where, "uneven_lengths", detail)


def _of_affinity(document: Mapping[str, object]) -> Iterator[FileWarning]:
    entry = document["affinity_prior"]
    if isinstance(entry, Mapping) and (entry.get("mode"), entry.get("kind")) == ("learned", "hypothesis"):
        detail = "`learned` starts from a matrix that is a hypothesis: no data speak for it yet"
        yield FileWarning("/affinity_prior/mode", "learned_hypothesis", detail)
