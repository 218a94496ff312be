"""How solver loops become machine code: numba, with its cache where one can be written.

Modules with compiled loops are loaded when a solver is chosen: numba takes half a second to load, its code another one
from the cache, and twenty to make on a machine that never did. Until `warm_up` has them in memory, and where numba is
not installed, `compiled_is_ready` says no and scipy does the work.
"""

import os
import stat
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

Loop = TypeVar("Loop", bound=Callable[..., Any])

LOADED = threading.Event()  # set once for all by `warm_up`

# Sums of prices may be reordered and NaN is refused at the door; infinities stay what they are (-inf forbids a pair).
LOOSE_ARITHMETIC = {"nnan", "nsz", "contract"}


@cache
def numba_is_here() -> bool:
    """Whether compiled solvers can be used at all."""
    return find_spec("numba") is not None


def compiled_is_ready() -> bool:
    """Whether this process has the compiled solvers in memory."""
    return LOADED.is_set()


def compiled(loop: Loop) -> Loop:
    """The function as machine code, without Python's global lock, kept on disk for the next process where that works.

    numba keeps it beside the module, in the user's cache folder or in `NUMBA_CACHE_DIR`; where none of these can be
    written, in a private folder among the temporary ones; where that fails too, only in memory.
    """
    if not numba_is_here():
        return loop
    import numba

    njit: Any = numba.njit  # its overloads know decorators without arguments only
    options = {"nogil": True, "error_model": "numpy", "fastmath": LOOSE_ARITHMETIC}
    try:
        made: Loop = njit(loop, cache=True, **options)
    except RuntimeError:  # "cannot cache function: no locator available"
        made = _cached_elsewhere(numba.config, njit, loop, options)
    return made


def _cached_elsewhere(config: Any, njit: Any, loop: Loop, options: dict[str, object]) -> Loop:
    folder = _private_folder()
    before = config.CACHE_DIR
    if folder is not None:
        config.CACHE_DIR = str(folder)
    try:
        made: Loop = njit(loop, cache=folder is not None, **options)
    except RuntimeError:
        made = njit(loop, **options)
    finally:
        config.CACHE_DIR = before
    return made


def _private_folder() -> Path | None:
    """A folder that only this user can write: what is cached there is run."""
    folder = Path(tempfile.gettempdir()) / f"klik-compiled-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    is_ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    is_private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return folder if is_ours and (is_private or os.name == "nt") else None
