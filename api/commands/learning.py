"""`klik profiles refit | calibration | train-text`: what profiles learn from what people answered and wrote."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.installation import open_klik, settings_from_environment
from api.commands.refusal import of_file
from api.commands.screen import json_option, progress, say_json, say_table, wants_json
from matcher.errors import Conflict, NotFound, TooLarge

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.profiles.text import TextScorer
    from matcher.profiles.text_measurement import Figure
    from matcher.profiles.text_training import LabelledText
    from matcher.use_cases.ports import Job, Records

ACTOR = "command line"


@click.command()
@json_option
def refit() -> None:
    """Do the night's work now: priors and situations count at once, caps of sources from the next night on.

    \b
    Example:
      klik profiles refit
    """
    from api.commands.own_job import done_here
    from matcher.use_cases.refit_profiles import start_refit

    with open_klik(settings_from_environment()) as klik:

        def start(records: "Records") -> "Job":
            return start_refit(records, actor=ACTOR, now=klik.now(), new_id=klik.new_id)

        with progress("Learning from the surveyed") as show:
            job = done_here(klik, start, show=show)
    if job.error is not None or not job.result:
        raise Conflict(job.error or "It was stopped; nothing changed.")
    _tell_night(job.result)


@click.command()
@json_option
def calibration() -> None:
    """Show what the last night found: how far to believe each source, what segments begin with and situations change.

    \b
    Example:
      klik profiles calibration
    """
    from matcher.use_cases.refit_profiles import PROFILES_NIGHTLY

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        job = records.jobs.last_done(PROFILES_NIGHTLY)
    if job is None:
        raise NotFound("No night has been through yet: `klik profiles refit` does its work now.")
    if not wants_json():
        click.echo(f"Found {job.finished_at:%Y-%m-%d %H:%M} UTC.", err=True)
    _tell_night(job.result)


@click.command("train-text")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Draws who is held out.")
@json_option
def train_text(file: Path, seed: int) -> None:
    """Train the scorer of texts on FILE (CSV) and on the framework's own sentences, and say what it is worth.

    Columns: text, dim (the writer's value system), language, person (a pseudonym), written_at (may be empty). The last
    quarter of the people is held out and measured on. Texts are read only where KLIK_TEXT_PROFILES is on.

    \b
    Example:
      klik profiles train-text labelled.csv
    """
    with open_klik(settings_from_environment()) as klik:
        with of_file(file):
            texts = _labelled(klik, file)
            scorer = _trained(klik, texts, seed=seed)
        digest = klik.texts.put(scorer)
        is_on = klik.settings.text_profiles
    _tell_scorer(scorer, {"file": str(klik.texts.path), "sha256": digest, "texts": len(texts), "is_read": is_on})


def _labelled(klik: "Klik", file: Path) -> list["LabelledText"]:
    from api.files.table import Limits
    from api.files.texts import labelled_texts

    limits = Limits(file_bytes=klik.settings.import_limit_bytes, rows=klik.settings.import_rows)
    if file.stat().st_size > limits.file_bytes:
        raise TooLarge(f"is larger than {limits.file_bytes:,} bytes; split it.")
    with file.open("rb") as stream:
        return labelled_texts(stream, klik.framework.values, limits=limits)


def _trained(klik: "Klik", texts: Sequence["LabelledText"], *, seed: int) -> "TextScorer":
    from matcher.profiles.text_training import own_sentences, train_text_scorer

    framework = klik.learnt.filed
    own = own_sentences(framework.values, framework.forms.values(), framework.lexicon)
    return train_text_scorer(framework.values, own, texts, seed=seed)


def _tell_night(result: Mapping[str, Any]) -> None:
    if wants_json():
        say_json(result)
        return
    columns = ("source", "people", "assumed", "measured", "cap in the file", "cap", "verdict")
    say_table(columns, [_source_row(one) for one in result["sources"]])
    click.echo("")
    segments = [
        [one["segment"], str(one["members"]), f"{one['strength']:.1f}", _shares(one["mean"])]
        for one in result["segments"]
    ]
    say_table(("segment", "members", "worth", "begins with"), segments)
    if result.get("situations"):
        click.echo("")
        told = [_situation_row(one) for one in result["situations"]]
        say_table(("a contact about", "contacts", "how much oftener than in general"), told)
    if result["too_few"]:
        small = ", ".join(_small(one) for one in result["too_few"])
        click.echo(f"Fewer than {result['least_members']} surveyed members, so no prior: {small}.", err=True)
    if result["refused"]:
        click.echo(f"Refused, named after a protected trait: {', '.join(result['refused'])}.", err=True)
    click.echo(f"{result['surveyed']:,} people surveyed.", err=True)


def _source_row(one: Mapping[str, Any]) -> list[str]:
    measured = one["measured"]
    said = "–" if measured is None else f"{measured['value']:.2f} ({_interval(measured['interval'])})"
    people = "< 5" if one["people"] is None else str(one["people"])
    caps = [f"{one['cap_in_file']:.2f}", f"{one['cap']:.2f}"]
    return [one["source"], people, f"{one['assumed']:.2f}", said, *caps, one["told"]]


def _situation_row(one: Mapping[str, Any]) -> list[str]:
    about = f"{one['intent']}, urgent" if one["urgent"] else one["intent"]
    return [about, str(one["contacts"]), _shares(one["lift"])]


def _shares(mean: Mapping[str, float]) -> str:
    return " ".join(f"{dim} {share:.2f}" for dim, share in mean.items())


def _small(one: Mapping[str, Any]) -> str:
    return f"{one['segment']} ({'< 5' if one['members'] is None else one['members']})"


def _interval(bounds: Sequence[float]) -> str:
    return f"{bounds[0]:.2f} to {bounds[1]:.2f}"


def _tell_scorer(scorer: "TextScorer", where: Mapping[str, object]) -> None:
    measured = scorer.measurement
    worth = {"cap": scorer.cap, "weight": scorer.weight, "languages": list(scorer.languages)}
    if wants_json():
        say_json({**where, **worth, "measurement": None if measured is None else measured.to_document()})
        return
    if measured is None:
        click.echo("Too few people or texts were held out to measure it: until there are more, texts weigh nothing.")
    else:
        rows = [["macro-F1", *_figure(measured.macro_f1), ""], ["top-1", *_figure(measured.top1), ""]]
        rows[1][-1] = f"naming the commonest each time: {measured.usual_top1:.2f}"
        rows.append(["validity", *(_figure(measured.validity) if measured.validity else ("–", "–")), "per person"])
        say_table(("figure", "value", "95 % interval", ""), rows)
        parted = "later people" if measured.split == "time" else "other people"
        click.echo(f"Measured on {measured.texts:,} texts of {measured.people:,} {parted}.", err=True)
    click.echo(f"All texts of a person are worth {scorer.cap:.2f} pseudo-counts, one {scorer.weight:.3f}.", err=True)
    click.echo(f"Kept in {where['file']}, SHA-256 {where['sha256']}.", err=True)
    if not where["is_read"]:
        click.echo("No text is read yet: set KLIK_TEXT_PROFILES=on.", err=True)


def _figure(figure: "Figure") -> tuple[str, str]:
    return f"{figure.value:.2f}", _interval(figure.interval)
