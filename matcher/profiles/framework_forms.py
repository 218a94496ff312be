"""Reads questionnaires from a framework file: forms to choose in, forms to rate in, and single questions.

Source: profiling.md sections 4 and 10; the refusals are those of section 10, rules 1, 2, 6, 7, 8 and 11.
"""

from collections.abc import Mapping, Sequence

from matcher.errors import pointer_to
from matcher.profiles.framework_reading import Reading, plain_number, str_of
from matcher.profiles.questionnaire import OPTION_KEYS, Form, Item, Mode, Norm, Option

CHOICE_MODES = (Mode.BEST_ONLY, Mode.BEST_WORST, Mode.ALLOCATE)
SCORINGS = ("mean", "mrat")
LARGEST_SCALE = 100.0  # of λ: beyond it a choice is no longer a matter of chance


def read_forms(reading: Reading, document: Mapping[str, object], dims: Sequence[str]) -> dict[str, Form]:
    """The forms, by name."""
    forms = {}
    for name, value in reading.table(document, "forms", "").items():
        where = pointer_to("/forms", name)
        reading.identifier(name, where)
        entry = reading.entry(value, where)
        if entry is None:
            continue
        modes = _read_modes(reading, entry, where)
        read = _read_rated if modes[0] is Mode.RATE else _read_choices
        forms[name] = read(reading, name, entry, where, dims=dims, modes=modes)
    return forms


def _read_modes(reading: Reading, entry: Mapping[str, object], where: str) -> tuple[Mode, ...]:
    """The mode and the other one that is allowed; where `mode` is missing, the one that the items look like."""
    if "mode" not in entry:
        return (Mode.RATE if "scoring" in entry else Mode.BEST_ONLY,)
    mode = Mode(reading.choice(entry["mode"], f"{where}/mode", of=list(Mode), code="unknown_mode"))
    if "alt_mode" not in entry:
        return (mode,)
    others = [each for each in CHOICE_MODES if each is not mode]
    if mode is Mode.RATE:
        reading.note(f"{where}/alt_mode", "bad_mode", "ratings cannot be answered in another mode")
        return (mode,)
    return (mode, Mode(reading.choice(entry["alt_mode"], f"{where}/alt_mode", of=others, code="unknown_mode")))


def _read_choices(
    reading: Reading,
    name: str,
    entry: Mapping[str, object],
    where: str,
    *,
    dims: Sequence[str],
    modes: tuple[Mode, ...],
) -> Form:
    reading.keys(entry, where, required=("mode", "lambda", "order", "items"), optional=("alt_mode",))
    scale = reading.positive(entry.get("lambda", 1.0), f"{where}/lambda", most=LARGEST_SCALE)
    read = [
        read_choice_item(reading, value, f"{where}/items/{place}", dims, scale=scale)
        for place, value in enumerate(reading.listing(entry, "items", where))
    ]
    items = [item for item in read if item is not None]
    return Form(name, modes, {item.id: item for item in items}, _read_order(reading, entry, where, items))


def read_choice_item(
    reading: Reading, value: object, where: str, dims: Sequence[str], *, scale: float | None = None
) -> Item | None:
    """A question with options. `scale` is the form's λ; without it the question stands alone."""
    entry = reading.entry(value, where)
    if entry is None:
        return None
    stands_alone = scale is None
    if "dim" in entry and "options" not in entry:
        reading.note(where, "bad_mode", "this is an item to be rated; in this mode an item has options")
        return None
    extra = ("lambda", "select_max") if stands_alone else ("lambda",)
    reading.keys(entry, where, required=("id", "stem", "options"), optional=extra)
    options = _read_options(reading, entry, where, dims)
    own_scale = entry.get("lambda", 1.0 if scale is None else scale)
    return Item(
        id=_item_id(reading, entry, where),
        stem=reading.texts_at(entry, "stem", where),
        options=options,
        scale=reading.positive(own_scale, f"{where}/lambda", most=LARGEST_SCALE),
        select_max=_read_select_max(reading, entry, where, len(options)),
    )


def _item_id(reading: Reading, entry: Mapping[str, object], where: str) -> str:
    return reading.identifier(entry["id"], f"{where}/id") if "id" in entry else ""


def _read_select_max(reading: Reading, entry: Mapping[str, object], where: str, most: int) -> int:
    value = entry.get("select_max", 1)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= max(most, 1):
        return value
    reading.note(f"{where}/select_max", "out_of_range", f"a whole number from 1 to {most} is needed")
    return 1


def _read_options(reading: Reading, entry: Mapping[str, object], where: str, dims: Sequence[str]) -> tuple[Option, ...]:
    listed = reading.listing(entry, "options", where)
    if "options" in entry and not 2 <= len(listed) <= len(OPTION_KEYS):
        reading.note(f"{where}/options", "bad_item", f"an item has 2 to {len(OPTION_KEYS)} options")
    options: list[Option] = []
    for place, value in enumerate(listed):
        at = f"{where}/options/{place}"
        option = reading.entry(value, at)
        if option is None:
            continue
        dim = _read_dim(reading, option, at, dims)
        if dim and dim in [other.dim for other in options]:
            reading.note(f"{at}/dim", "doubled_dimension", f"{dim!r} stands twice in this item")
        options.append(Option(dim, reading.texts(option, at, beside=("dim",))))
    return tuple(options)


def _read_dim(reading: Reading, entry: Mapping[str, object], where: str, dims: Sequence[str]) -> str:
    if "dim" in entry:
        return reading.dimension(entry["dim"], f"{where}/dim", dims)
    reading.note(f"{where}/dim", "missing_field", "dim is required")
    return ""


def _read_order(reading: Reading, entry: Mapping[str, object], where: str, items: Sequence[Item]) -> tuple[str, ...]:
    """The order in which the items are asked: each of them once."""
    ids = [item.id for item in items]
    reading.names(ids, f"{where}/items", suffix="/id")
    if "items" in entry and not ids:
        reading.note(f"{where}/items", "bad_item", "a form needs an item")
    order: list[str] = []
    for place, value in enumerate(reading.listing(entry, "order", where)):
        if not isinstance(value, str) or value not in ids or value in order:
            detail = f"{str_of(value)!r} is no item of this form, or stands here twice"
            reading.note(f"{where}/order/{place}", "bad_order", detail)
        else:
            order.append(value)
    left_out = [each for each in ids if each not in order]
    if "order" in entry and left_out:
        reading.note(f"{where}/order", "bad_order", f"the order leaves out {', '.join(left_out)}")
    return tuple(order)


def _read_rated(
    reading: Reading,
    name: str,
    entry: Mapping[str, object],
    where: str,
    *,
    dims: Sequence[str],
    modes: tuple[Mode, ...],
) -> Form:
    needed = ("mode", "order", "items", "scale", "scoring")
    reading.keys(entry, where, required=needed, optional=("norms", "alt_mode"))
    read = [
        _read_rated_item(reading, value, f"{where}/items/{place}", dims)
        for place, value in enumerate(reading.listing(entry, "items", where))
    ]
    items = [item for item in read if item is not None]
    scoring = entry.get("scoring", SCORINGS[0])
    scoring = reading.choice(scoring, f"{where}/scoring", of=SCORINGS, code="unknown_scoring")
    return Form(
        name,
        modes,
        {item.id: item for item in items},
        _read_order(reading, entry, where, items),
        rating=_read_scale(reading, entry, where),
        scoring=scoring,
        norms=_read_norms(reading, entry, where, dims=dims, scoring=scoring),
    )


def _read_rated_item(reading: Reading, value: object, where: str, dims: Sequence[str]) -> Item | None:
    entry = reading.entry(value, where)
    if entry is None:
        return None
    if "options" in entry:
        reading.note(f"{where}/options", "bad_mode", "an item to be rated has no options")
        return None
    reading.keys(entry, where, required=("id", "stem"), optional=("dim", "reverse"))
    reverse = entry.get("reverse", False)
    if not isinstance(reverse, bool):
        reading.note(f"{where}/reverse", "wrong_type", "reverse is true or false")
    return Item(
        id=_item_id(reading, entry, where),
        stem=reading.texts_at(entry, "stem", where),
        dim=_read_dim(reading, entry, where, dims),
        is_reversed=reverse is True,
    )


def _read_scale(reading: Reading, entry: Mapping[str, object], where: str) -> tuple[float, float] | None:
    if "scale" not in entry:
        return None
    ends = reading.numbers(entry["scale"], f"{where}/scale")
    if len(ends) == 2 and ends[0] < ends[1]:
        return ends[0], ends[1]
    reading.note(f"{where}/scale", "bad_scale", "the scale is two numbers, the lower one first")
    return None


def _read_norms(
    reading: Reading, entry: Mapping[str, object], where: str, *, dims: Sequence[str], scoring: str
) -> dict[str, Norm]:
    """What people score on each dimension; needed for all of them where a score is compared with it."""
    table = reading.table(entry, "norms", where)
    if scoring == "mean":
        for dim in dims:
            if dim not in table:
                reading.note(pointer_to(f"{where}/norms", dim), "missing_field", "scoring by mean needs this norm")
    norms = {}
    for name, value in table.items():
        at = pointer_to(f"{where}/norms", name)
        dim, norm = reading.dimension(name, at, dims), reading.entry(value, at)
        if dim and norm is not None:
            norms[dim] = _read_norm(reading, norm, at, needs_score=scoring == "mean")
    return norms


def _read_norm(reading: Reading, norm: Mapping[str, object], where: str, *, needs_score: bool) -> Norm:
    compared = ("mean", "sd")
    reading.keys(
        norm, where, required=compared if needs_score else (), optional=("reliability", *compared)
    )  # fmt: skip
    mean, reliability = plain_number(norm.get("mean", 0.0)), plain_number(norm.get("reliability", Norm().reliability))
    if mean is None:
        reading.note(f"{where}/mean", "wrong_type", "a number is needed")
    if reliability is None or not 0 < reliability < 1:
        reading.note(f"{where}/reliability", "out_of_range", "a reliability lies between 0 and 1")
    return Norm(mean or 0.0, reading.positive(norm.get("sd", 1.0), f"{where}/sd"), reliability or 0.5)
