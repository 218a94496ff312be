"""The installation a command works on, put together from the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from api.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.wiring import Klik
    from models.store import SqlStore


def settings_from_environment(**overrides: str | None) -> Settings:
    """The settings; `overrides` (variable without KLIK_, in lower case) are what the command line gave."""
    given = {f"KLIK_{name.upper()}": text for name, text in overrides.items() if text is not None}
    return load_settings(os.environ, given)


@contextmanager
def open_store(settings: Settings) -> Iterator["SqlStore"]:
    """The store with a current schema, closed afterwards."""
    from api.wiring import open_ready_store

    store = open_ready_store(settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_klik(settings: Settings) -> Iterator["Klik"]:
    """The whole installation, its store closed afterwards."""
    from api.wiring import assemble

    with open_store(settings) as store:
        yield assemble(settings, store)
