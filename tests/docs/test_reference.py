"""The reference says what the code does, neither more nor less."""

import re

import pytest

from tests.docs import reference
from tests.docs.pages import ROOT

WRITE = "run `python -m tests.docs.reference` to write the page anew"


def test_the_configuration_page_lists_every_setting_as_it_is() -> None:
    """A default that the page has wrong costs an operator an evening."""
    expected = reference.replace_part(reference.CONFIGURATION, "variables", reference.configuration_table())

    assert reference.CONFIGURATION.read_text(encoding="utf-8") == expected, WRITE


def test_the_error_page_lists_every_kind_of_refusal_as_it_is() -> None:
    """Clients write their handling from this table."""
    expected = reference.replace_part(reference.ERRORS, "answers", reference.answers_table())

    assert reference.ERRORS.read_text(encoding="utf-8") == expected, WRITE


def test_the_error_page_explains_every_code_that_the_source_gives() -> None:
    """A stable code that nobody explained is a riddle with a guarantee."""
    told = reference.codes_told()

    untold = {code: place for code, place in reference.codes_in_source().items() if code not in told}

    assert untold == {}


def test_the_error_page_explains_no_code_that_is_gone() -> None:
    """A client may wait for ever for a code that nothing gives."""
    explained = set(reference.ROW.findall(reference.ERRORS.read_text(encoding="utf-8")))

    gone = explained - reference.words_in_source() - set(reference.FROM_THE_SERVER)

    assert gone == set()


@pytest.mark.parametrize("kind", ["employees", "customers", "contacts"])
def test_the_file_page_lists_every_column(kind: str) -> None:
    """Whoever prepares a file has this page and a spreadsheet."""
    from api.files.contacts import CONTACT_COLUMNS
    from api.files.people import CUSTOMER_COLUMNS, EMPLOYEE_COLUMNS

    columns = {"employees": EMPLOYEE_COLUMNS, "customers": CUSTOMER_COLUMNS, "contacts": CONTACT_COLUMNS}[kind]
    page = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
    section = page.split(f"## {kind}\n")[1].split("\n## ")[0]
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"^\| (.+?) \|", section, re.MULTILINE))))

    assert [column for column in columns if column not in told] == []


def test_the_command_page_lists_every_command() -> None:
    """A command that the page leaves out is found by nobody who reads."""
    from api.cli import COMMANDS

    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if f"`klik {name}" not in page] == []
