"""What a route reaches for: the installation, and the key the request came with."""

from typing import TYPE_CHECKING, cast

from flask import current_app, g

from api.permissions import OWN, PART
from matcher.use_cases.ports import ApiKey

if TYPE_CHECKING:
    from api.wiring import Klik  # types only: routes know nothing of what stands behind it


def klik() -> "Klik":
    """The installation this process serves."""
    return cast("Klik", current_app.extensions["klik"])


def key() -> ApiKey:
    """The key of this request."""
    return cast(ApiKey, g.key)


def has_own_reach() -> bool:
    """Whether the key may only reach what is about its own person or was made by it."""
    return bool(g.get("reach") == OWN)


def has_part_reach() -> bool:
    """Whether the key may see or change only a part of the fields."""
    return bool(g.get("reach") == PART)


def actor() -> str:
    """Who does this, as records name them."""
    return f"key:{key().id}"


def person() -> str:
    """Who stands behind the key: the person it names, else the key stands for one person of its own."""
    return key().person_id or actor()
