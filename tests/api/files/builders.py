"""Small files for the tests of readers and writers."""

import io
from functools import cache

from matcher.profiles.framework import Framework
from models.frameworks import load_framework


@cache
def framework() -> Framework:
    """The framework Klik comes with."""
    return load_framework()


def stream(text: str | bytes) -> io.BytesIO:
    """A file that holds the text."""
    return io.BytesIO(text if isinstance(text, bytes) else text.encode())
