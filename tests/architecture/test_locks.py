"""Both ways to install lead to the same versions: uv reads uv.lock, pip reads requirements.lock."""

import re
import tomllib

from tests.architecture.house import ROOT


def _locked_by_uv() -> dict[tuple[str, str], set[str]]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {
        (one["name"], one["version"]): {file["hash"] for file in [*one.get("wheels", []), one.get("sdist", {})] if file}
        for one in packages
        if "registry" in one["source"]
    }


def _locked_for_pip() -> dict[tuple[str, str], set[str]]:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text())
    found = {}
    for entry in entries:
        pinned = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", entry)
        assert pinned is not None, entry
        name, version = pinned.groups()
        found[name, version] = set(re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry))
    return found


def test_both_locks_name_the_same_versions() -> None:
    """A bug that shows only where pip stood in for uv would cost somebody a day. `make lock` renews both."""
    assert set(_locked_for_pip()) == set(_locked_by_uv())


def test_every_hash_that_pip_demands_is_one_that_uv_knows() -> None:
    """The hashes are the promise that what was tested is what gets installed."""
    by_uv = _locked_by_uv()

    unknown = {one: hashes - by_uv[one] for one, hashes in _locked_for_pip().items() if hashes - by_uv[one]}

    assert unknown == {}


def test_no_requirement_comes_without_a_hash() -> None:
    """pip refuses a file that mixes both, so one missing hash stops the whole installation."""
    assert [one for one, hashes in _locked_for_pip().items() if not hashes] == []
