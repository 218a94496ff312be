"""The reference says what the code does, neither more nor less."""

from tests.docs import reference

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
