"""Which disk a file lies on: SQLite's locks hold on local ones only."""

import os
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
OVER_A_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "fuse.sshfs"})


def network_disk(path: Path, *, mounts: Path = MOUNTS) -> str | None:
    """The kind of network disk that `path` lies on; `None` for a local one, and where the system does not tell.

    Source: https://www.sqlite.org/howtocorrupt.html section 2.1, locks that network file systems lack.
    """
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return None
    place = os.path.realpath(path)
    kinds = {_plain(words[1]): words[2] for words in map(str.split, lines) if len(words) > 2}  # the last mount counts
    over = [point for point in kinds if place == point or place.startswith(point.rstrip("/") + "/")]
    kind = kinds[max(over, key=len)] if over else ""
    return kind if kind in OVER_A_NETWORK else None


def _plain(point: str) -> str:
    """The mount point with the escapes of blanks undone, as fstab(5) writes them."""
    return point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
