"""How solver loops become machine code: numba, with its cache where one can be written.

Modules with compiled loops are loaded when a solver is chosen: numba takes half a second to load, its code another one
from the cache, and twenty to make on a machine that never did. Until `warm_up` has them in memory, and where numba is
not installed, `compiled_is_ready` says no and scipy does the work.
"""

import hashlib
import os
import shutil
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

    It is kept in `NUMBA_CACHE_DIR` where that is set, beside the module where that can be written, or in a private
    folder among the temporary ones; where all of these fail, only in memory.
    """
    if not numba_is_here():
        return loop
    import numba

    njit: Any = numba.njit  # its overloads know decorators without arguments only
    config: Any = numba.config  # typed without what it has
    options = {"nogil": True, "error_model": "numpy", "fastmath": LOOSE_ARITHMETIC}
    before = config.CACHE_DIR
    folder = _folder(before)
    if folder is None:
        uncached: Loop = njit(loop, **options)
        return uncached
    config.CACHE_DIR = str(folder)
    try:
        made: Loop = njit(loop, cache=True, **options)
    finally:
        config.CACHE_DIR = before
    return made


@cache
def _folder(given: str) -> Path | None:
    """Where machine code of exactly these sources is kept; `None` where no folder can be written.

    numba looks only whether the file of a function itself has changed. What it calls lies in other files, and code made
    of their former text must not run on: so the folder's name tells the text of them all.
    """
    here = Path(__file__).parent
    sources = b"".join(each.read_bytes() for each in sorted(here.glob("*.py")))
    name = f"compiled-{hashlib.sha256(sources).hexdigest()[:16]}"
    beside = here / "__pycache__"
    folder = _writable(Path(given) if given else beside, name)
    if folder is None:
        temporary = _private_folder()
        return None if temporary is None else _writable(temporary, name)
    if folder.parent == beside:
        for former in beside.glob("compiled-*"):
            if former != folder:
                shutil.rmtree(former, ignore_errors=True)
    return folder


def _writable(base: Path, name: str) -> Path | None:
    """That folder in `base`, made if need be; `None` where nothing can be written there."""
    folder = base / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


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
