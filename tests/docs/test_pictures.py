"""The pictures of the guides show what their captions say."""

from matcher.profiles.history import Action
from tests.docs.pictures import PICTURE, story


def test_the_picture_of_the_tour_tells_of_answers_a_tag_and_its_contest() -> None:
    """The caption counts on it: two half forms, a tag of HR's that the employee takes out, and her own word."""
    events = [(event.action, event.evidence.source.value) for event in story().events]

    assert events == [
        (Action.RECORDED, "survey"),
        (Action.RECORDED, "hr_tag"),
        (Action.CONTESTED, "hr_tag"),
        (Action.RECORDED, "self_tag"),
        (Action.RECORDED, "survey"),
    ]


def test_the_picture_is_small() -> None:
    """A checkout should not carry more for one picture than for the page around it."""
    assert PICTURE.stat().st_size < 100_000
