"""`klik key`: who may call the service, and as what."""

from datetime import UTC, datetime, timedelta

import click

from api.commands.installation import open_store, settings_from_environment
from api.commands.screen import json_option, say_json, say_records, wants_json
from matcher.errors import InvalidInput, NotFound
from matcher.use_cases.ports import ApiKey

COLUMNS = ("id", "role", "person_id", "created_at", "expires_at", "state")
GIVEN_AS = {"/role": "ROLE", "/person_id": "--person"}  # what the command line calls a key's fields


@click.group()
def key() -> None:
    """Create, list and revoke API keys."""


@key.command()
@click.argument("role")
@click.option("--person", metavar="ID", help="The employee whose key it is (role employee only).")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="Days until it expires.")
@json_option
def create(role: str, person: str | None, days: int) -> None:
    """Create a key with ROLE: router, employee, hr, operations, analyst, auditor or admin. It is shown only once.

    \b
    Example:
      klik key create router
    """
    from api.auth import new_key

    try:
        made, token = new_key(role, now=datetime.now(UTC), person_id=person, lifetime=timedelta(days=days))
    except InvalidInput as error:
        raise click.BadParameter(error.detail, param_hint=GIVEN_AS[error.faults[0].pointer]) from None
    with open_store(settings_from_environment()) as store, store.writing() as records:
        records.keys.add(made)
    if wants_json():
        say_json({"id": made.id, "role": made.role, "expires_at": made.expires_at.isoformat(), "key": token})
        return
    click.echo(
        f"A key for {made.role}, until {made.expires_at:%Y-%m-%d}; keep it safe, it is not shown again.", err=True
    )
    click.echo(token)


@key.command("list")
@json_option
def list_keys() -> None:
    """List every key: never its secret.

    \b
    Example:
      klik key list --json
    """
    with open_store(settings_from_environment()) as store, store.reading() as records:
        keys = records.keys.all()
    now = datetime.now(UTC)
    say_records([_shown(each, now) for each in keys], COLUMNS)


@key.command()
@click.argument("key_id")
@json_option
def revoke(key_id: str) -> None:
    """Revoke the key with KEY_ID (as `klik key list` shows it): it stops working within a second.

    \b
    Example:
      klik key revoke 3fX0aB92kLmQ
    """
    now = datetime.now(UTC)
    with open_store(settings_from_environment()) as store, store.writing() as records:
        if not records.keys.revoke(key_id, now=now):
            raise NotFound(f"There is no key {key_id[:64]!r}; `klik key list` shows them.")
    if wants_json():
        say_json({"id": key_id, "revoked_at": now.isoformat()})
    else:
        click.echo(f"The key {key_id} is revoked.")


def _shown(each: ApiKey, now: datetime) -> dict[str, object]:
    state = "revoked" if each.revoked_at else "expired" if each.expires_at <= now else "in force"
    return {
        "id": each.id,
        "role": each.role,
        "person_id": each.person_id,
        "created_at": each.created_at.isoformat(timespec="seconds"),
        "expires_at": each.expires_at.isoformat(timespec="seconds"),
        "state": state,
    }
