"""A rehearsal in sentences, in Dutch and English: what the draft would have changed, and for whom."""

from collections.abc import Iterator, Mapping

from matcher.simulation.measures import Verdict
from matcher.simulation.rehearsal import Aspect, Change, Fortune, GroupChange, Rehearsal

SECONDS = {Aspect.WAIT}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        Aspect.WAIT: "Mean wait",
        Aspect.IN_TIME: "Answered in time",
        Aspect.ABANDONMENT: "Gave up waiting",
        Aspect.PROMISES: "Promises kept",
        Aspect.FIT: "Mean compatibility",
        Aspect.WORK: "Share of the work",
        Verdict.HIGHER: "higher",
        Verdict.LOWER: "lower",
        "same": "The draft changes nothing: every one of the {contacts:,} contacts goes to the same employee.",
        "moved": "Of {contacts:,} contacts {moved:,} ({share:.1%}) would have gone to another employee, "
        "{regrouped:,} of them to another group; "
        "{nobody:,} who were helped would not have been, and {somebody:,} the other way round.",
        "overall": "{aspect}: {current} now, {draft} under the draft: {difference} {verdict} ({interval}).",
        "alike": "{aspect}: {current} now, {draft} under the draft: not distinguishable ({interval}).",
        "interval": "95 % interval {low} to {high}",
        Fortune.BETTER: "Better off: {name} ({contacts:,} contacts): {what}.",
        Fortune.WORSE: "Worse off: {name} ({contacts:,} contacts): {what}.",
        Fortune.MIXED: "Better in one, worse in another: {name} ({contacts:,} contacts): {what}.",
        "work": "{name}: {difference} of the work {verdict}, from {current} to {draft} ({interval}).",
        "none": "For no segment of customers a difference can be told from chance.",
        "even": "For no group of employees a difference in work can be told from chance.",
        "method": "Both ran over the same contacts with the same seed {seed}; intervals draw {units} {unit} with "
        "replacement and hold for a whole table at once.",
        "days": "days",
        "stretches": "stretches of arrivals",
        "points": "points",
    },
    "nl": {
        Aspect.WAIT: "Gemiddelde wachttijd",
        Aspect.IN_TIME: "Op tijd geholpen",
        Aspect.ABANDONMENT: "Opgehangen tijdens het wachten",
        Aspect.PROMISES: "Beloften nagekomen",
        Aspect.FIT: "Gemiddelde passendheid",
        Aspect.WORK: "Deel van het werk",
        Verdict.HIGHER: "hoger",
        Verdict.LOWER: "lager",
        "same": "Het concept verandert niets: elk van de {contacts:,} contacten gaat naar dezelfde medewerker.",
        "moved": "Van {contacts:,} contacten zouden er {moved:,} ({share:.1%}) naar een andere medewerker zijn gegaan, "
        "{regrouped:,} naar een andere groep; "
        "{nobody:,} die geholpen werden niet meer, en {somebody:,} andersom.",
        "overall": "{aspect}: nu {current}, met het concept {draft}: {difference} {verdict} ({interval}).",
        "alike": "{aspect}: nu {current}, met het concept {draft}: niet te onderscheiden ({interval}).",
        "interval": "95 %-interval {low} tot {high}",
        Fortune.BETTER: "Beter af: {name} ({contacts:,} contacten): {what}.",
        Fortune.WORSE: "Slechter af: {name} ({contacts:,} contacten): {what}.",
        Fortune.MIXED: "In het ene beter, in het andere slechter: {name} ({contacts:,} contacten): {what}.",
        "work": "{name}: {difference} van het werk {verdict}, van {current} naar {draft} ({interval}).",
        "none": "Voor geen klantsegment is een verschil van toeval te onderscheiden.",
        "even": "Voor geen groep medewerkers is een verschil in werk van toeval te onderscheiden.",
        "method": "Beide liepen over dezelfde contacten met dezelfde seed {seed}; intervallen trekken {units} {unit} "
        "met teruglegging en gelden voor een hele tabel tegelijk.",
        "days": "dagen",
        "stretches": "reeksen van aankomsten",
        "points": "punten",
    },
}


def sentences(found: Rehearsal, *, language: str, seed: int) -> list[str]:
    """The rehearsal in words, the most important first."""
    words = WORDS.get(language, WORDS["en"])
    if not found.moved and not any(abs(change.difference) > 0 for change in found.overall):
        return [words["same"].format(contacts=found.contacts)]
    return [
        _moved(found, words),
        *(_overall(change, words) for change in found.overall),
        *(list(_segments(found, words)) or [words["none"]]),
        *(list(_work(found, words)) or [words["even"]]),
        words["method"].format(seed=seed, units=found.units, unit=words[found.unit]),
    ]


def amount(aspect: Aspect, value: float, words: Mapping[str, str] | None = None, *, signed: bool = False) -> str:
    """A value with its unit; a signed difference of shares is in points."""
    if value != value:
        return "–"
    sign = "" if not signed else "−" if value < 0 else "+"
    size = abs(value) if signed else value
    if aspect in SECONDS:
        return f"{sign}{size:.1f} s"
    if signed:
        return f"{sign}{100 * size:.1f} {(words or WORDS['en'])['points']}"
    return f"{100 * size:.1f} %"


def _moved(found: Rehearsal, words: Mapping[str, str]) -> str:
    nobody = sum(one.draft is None for one in found.moved)
    somebody = sum(one.current is None for one in found.moved)
    share, moved, regrouped = found.moved_share, len(found.moved), found.regrouped
    return words["moved"].format(
        contacts=found.contacts, moved=moved, share=share, regrouped=regrouped, nobody=nobody, somebody=somebody
    )


def _overall(change: Change, words: Mapping[str, str]) -> str:
    pattern = words["alike" if change.verdict is Verdict.NOT_DISTINGUISHABLE else "overall"]
    return pattern.format(aspect=words[change.aspect], **_told(change, words))


def _segments(found: Rehearsal, words: Mapping[str, str]) -> Iterator[str]:
    for group in found.segments:
        if group.fortune is not Fortune.ALIKE:
            told = ", ".join(_briefly(change, words) for change in group.changes if change.is_better is not None)
            yield words[group.fortune].format(name=group.name, contacts=group.contacts, what=told)


def _work(found: Rehearsal, words: Mapping[str, str]) -> Iterator[str]:
    groups: list[tuple[GroupChange, Change]] = [(group, group.changes[0]) for group in found.groups]
    for group, change in sorted(groups, key=lambda pair: -abs(pair[1].difference)):
        if change.verdict is not Verdict.NOT_DISTINGUISHABLE:
            yield words["work"].format(name=group.name, **_told(change, words))


def _briefly(change: Change, words: Mapping[str, str]) -> str:
    told = _told(change, words)
    return f"{words[change.aspect].lower()} {told['current']} → {told['draft']} ({told['interval']})"


def _told(change: Change, words: Mapping[str, str]) -> dict[str, str]:
    low, high = (amount(change.aspect, bound, words, signed=True) for bound in (change.low, change.high))
    size = amount(change.aspect, change.difference, words, signed=True).lstrip("+−")
    verdict = words.get(change.verdict, "")
    return {
        "current": amount(change.aspect, change.current),
        "draft": amount(change.aspect, change.draft),
        "difference": size,
        "verdict": verdict,
        "interval": words["interval"].format(low=low, high=high),
    }
