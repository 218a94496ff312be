"""Where the SQLite file may lie."""

from pathlib import Path

import pytest

from matcher.errors import Unavailable
from models import dialects
from models.disks import network_disk
from models.store import open_store

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/home /mnt/home nfs4 rw 0 0
/dev/sdb1 /mnt/home/local ext4 rw 0 0
//server/share /mnt/our\040share cifs rw 0 0
tmpfs /mnt/homely tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/klik.db", None),
        ("/mnt/home/klik.db", "nfs4"),
        ("/mnt/home/local/klik.db", None),
        ("/mnt/our share/klik/klik.db", "cifs"),
        ("/mnt/homely/klik.db", None),
    ],
)
def test_the_nearest_mount_decides(tmp_path: Path, path: str, kind: str | None) -> None:
    """A local disk below a network disk is local, and a name that begins alike is another folder."""
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert network_disk(Path(path), mounts=mounts) == kind


def test_a_system_that_does_not_tell_is_trusted(tmp_path: Path) -> None:
    """There are systems without a list of mounts."""
    assert network_disk(tmp_path / "klik.db", mounts=tmp_path / "absent") is None


def test_a_file_on_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hosts would write at once and ruin the file, weeks later and without a word."""
    monkeypatch.setattr(dialects, "network_disk", lambda path: "nfs4")
    store = open_store(f"sqlite:///{tmp_path / 'klik.db'}")

    with pytest.raises(Unavailable, match="network disk"):
        store.migrate()
    assert list(tmp_path.iterdir()) == []
