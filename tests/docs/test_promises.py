"""The page of promises tells the tests as they are."""

from pathlib import Path

from tests.docs import promises


def test_the_page_of_promises_is_current() -> None:
    """A promise whose test is gone is a promise no longer kept."""
    told = promises.PAGE.read_text(encoding="utf-8")

    assert told == promises.page(), "run `python -m tests.docs.promises --update` to write the page anew"


def test_every_promise_says_why_it_matters() -> None:
    """A name without a reason is a row that nobody can weigh."""
    assert [one.sentence for one in promises.promises() if not one.why] == []


def test_a_test_is_told_by_its_name_and_its_docstring(tmp_path: Path) -> None:
    """On one line, without numbers that only authors know; in other folders only those that bear one."""
    path = tmp_path / "test_x.py"
    path.write_text(
        'def test_two_and_two_is_four() -> None:\n    """T3, T19: people\n    count | rely (T7)."""\n\n\n'
        'def test_other() -> None:\n    """No number."""\n'
    )

    told = list(promises.promises_in(path, is_whole=False))

    assert [(one.sentence, one.why) for one in told] == [("Two and two is four.", "People count \\| rely.")]
    assert len(list(promises.promises_in(path, is_whole=True))) == 2
