"""Keeps standard output for a command's own answer."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2


@contextmanager
def clean_output() -> Iterator[None]:
    """What C code prints inside the block goes to standard error, so that an answer in JSON stays JSON.

    HiGHS prints from within now and then, whatever it is told of logging: its messages are not part of any answer.
    """
    sys.stdout.flush()
    c_library = ctypes.CDLL(None)
    kept = os.dup(STANDARD_OUTPUT)
    os.dup2(STANDARD_ERROR, STANDARD_OUTPUT)
    try:
        yield
    finally:
        c_library.fflush(None)  # what C still holds back was printed inside
        os.dup2(kept, STANDARD_OUTPUT)
        os.close(kept)
