"""Moments as commands take them."""

from datetime import UTC, datetime

import click

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"])


def aware(moment: datetime | None) -> datetime | None:
    """The moment; a day without a zone begins at midnight UTC."""
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)
