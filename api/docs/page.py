"""A page that renders /openapi.json in the browser: all of it in one file, nothing from elsewhere."""

import base64
import hashlib
from functools import cache
from importlib import resources

_SHAPE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Klik: the API</title>
<style>{style}</style></head>
<body><main id="api"><noscript>This page needs JavaScript; the document is at /openapi.json.</noscript></main>
<script>{script}</script></body>
</html>
"""


def _asset(name: str) -> str:
    return resources.files("api.docs").joinpath(name).read_text(encoding="utf-8")


def _hash_of(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") + "'"


@cache
def page() -> bytes:
    """The page, as UTF-8."""
    return _SHAPE.format(style=_asset("page.css"), script=_asset("page.js")).encode()


@cache
def content_policy() -> str:
    """What the page may load: its own style and script, known by their hashes, and the document."""
    style, script = _hash_of(_asset("page.css")), _hash_of(_asset("page.js"))
    sources = f"style-src {style}; script-src {script}; connect-src 'self'"
    return f"default-src 'none'; {sources}; base-uri 'none'; frame-ancestors 'none'"
