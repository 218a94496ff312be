"""An installation for each test of the command line."""

from pathlib import Path

import pytest

from tests.cli.commands import Klik, clean_environment

EMPLOYEES = """id;name;languages;skills;capacity;channels;value:red;value:blue
e1;Jan;nl|en;billing=4;1;phone=1|chat=1;0,5;0,5
e2;Piet;nl;sales=4|billing=2;2;phone=1|chat=1;0,1;0,9
"""
CONTACTS = """id,customer_id,channel,language,skills,priority,waiting_s
k1,c1,phone,nl,billing=2,5,30
k2,c2,chat,nl,sales=3,3,10
k3,,phone,en,billing=3,1,5
k4,,email,nl,,1,5
"""
CUSTOMERS = """id,value:red,value:blue
c1,0.9,0.1
c2,0.1,0.9
"""


@pytest.fixture
def klik(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Klik:
    """`klik` with a home of its own."""
    clean_environment(monkeypatch)
    return Klik(tmp_path / "home")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the three files of a match."""
    for name, content in (("employees", EMPLOYEES), ("contacts", CONTACTS), ("customers", CUSTOMERS)):
        (tmp_path / f"{name}.csv").write_text(content)
    return tmp_path
