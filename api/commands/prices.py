"""`klik prices show`: what employees' time is worth, as decisions that hold contacts go by it."""

import click

from api.commands.installation import open_klik, settings_from_environment
from api.commands.screen import json_option, say_json, say_table, wants_json

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # quantiles over employees: nobody's own price is shown
MINUTE_S = 60.0


@click.group()
def prices() -> None:
    """See what employees' time is worth to the contacts that are expected."""


@prices.command()
@json_option
def show() -> None:
    """Show the newest price list: what is asked, and what one contact more and a minute of somebody's time are worth.

    \b
    Example:
      klik prices show
    """
    import numpy as np

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        newest, now = records.price_lists.newest(), klik.now()
    if newest is None:
        if wants_json():
            say_json(None)
        else:
            click.echo("There are no prices: they are made while the rules in force hold contacts.")
        return
    second = newest.second if len(newest.second) else np.zeros(1)
    spread = [round(float(one) * MINUTE_S, 4) for one in np.quantile(second, SHARES)]
    told = {
        "version": newest.version,
        "at": newest.at.isoformat(),
        "is_fresh": newest.are_fresh(now),
        "employees": len(newest.employees),
        "minute_worth": spread,
        "kinds": [{"asks": one.asks, "per_hour": one.per_hour, "value": one.value} for one in newest.kinds],
    }
    if wants_json():
        say_json(told)
        return
    state = "obeyed" if told["is_fresh"] else "too old to go by"
    click.echo(f"{newest.version}, {state}: {len(newest.employees)} employees at work.")
    click.echo(f"A minute of their time is worth (least, quarters, most): {', '.join(f'{one:g}' for one in spread)}.")
    rows = [(one.asks, f"{one.per_hour:.1f}", f"{one.value:.3f}") for one in newest.kinds]
    say_table(("asks", "an hour", "worth of one more"), rows)
