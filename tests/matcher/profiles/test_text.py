"""The scorer of texts: abstains where it cannot read, weighs what it has shown, keeps no text."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.profiles.framework import Facet
from matcher.profiles.text import TextScorer, unreadable
from matcher.profiles.text_features import LEAST_PEOPLE, learn_vocabulary, plain_words
from matcher.profiles.text_measurement import HALF_AN_ANSWER, measure
from matcher.profiles.text_training import LabelledText, hold_out, own_sentences, train_text_scorer
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES
from tests.matcher.profiles.text_builders import OWN, labelled

K = VALUES.size
TEXTS = labelled(160)


@pytest.fixture(scope="module")
def scorer() -> TextScorer:
    """Trained on people whose words tell their value system."""
    return train_text_scorer(VALUES, OWN, TEXTS, seed=1)


@pytest.fixture(scope="module")
def clueless() -> TextScorer:
    """Trained on people whose words tell nothing."""
    return train_text_scorer(VALUES, OWN, labelled(160, signal=0.0, timed=False), seed=1)


def test_words_that_tell_are_found_and_still_weigh_at_most_half_an_answer(scorer: TextScorer) -> None:
    """Text is weak evidence: however well it measures, a person's texts are worth less than one answer to a form."""
    assert scorer.measurement is not None
    assert scorer.measurement.top1.interval[0] > scorer.measurement.usual_top1
    assert scorer.measurement.validity is not None
    assert scorer.measurement.validity.interval[0] > 0.5

    assert scorer.cap == HALF_AN_ANSWER
    assert scorer.weight == 0.05


def test_words_that_tell_nothing_weigh_nothing(clueless: TextScorer) -> None:
    """A scorer that cannot be told from guessing may not touch anybody's profile, and says so."""
    said = clueless.share_of(TEXTS[0].text, language="nl")

    assert clueless.cap == 0.0
    assert said.weight == 0.0
    assert said.why == "no_better_than_guessing"


def test_a_scorer_of_the_frameworks_own_sentences_alone_weighs_nothing() -> None:
    """Nobody has been held out: what was not measured is not believed."""
    alone = train_text_scorer(VALUES, OWN, [], seed=1)
    said = alone.share_of(OWN[0].text + " " + OWN[8].text, language=OWN[0].language)

    assert alone.measurement is None
    assert (said.weight, said.why) == (0.0, "not_measured")


def test_the_share_leans_to_the_writers_own_system(scorer: TextScorer) -> None:
    """New people with the same ways of speaking: their system gets more than its prior, on the whole."""
    lifts = []
    for text in TEXTS[-120:]:
        place = VALUES.dims.index(text.dim)
        lifts.append(scorer.share_of(text.text, language="nl").share[place] / VALUES.prior_mean[place])

    assert np.mean(lifts) > 1.5


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("", "nl", "empty"),
        (" \t\n\u200b\u2060\ufeff", "nl", "empty"),
        ("\ud800\udfff", "nl", "empty"),
        ("dank u wel", "nl", "too_short"),
        ("12345 67890 !!! ???", "nl", "not_text"),
        ("😀 😀 😀 😀 😀 😀", "nl", "not_text"),
        ("a@b.nl " * 40, "nl", "too_short"),
        ("woord " * 4_000, "nl", "too_long"),
        ("Ich hätte gern eine Auskunft zu meiner Rechnung", "de", "language_not_trained"),
        ("ξένη γλώσσα χωρίς καμία γνωστή λέξη", "nl", "nothing_known"),
    ],
)
def test_what_cannot_be_read_is_passed_over_with_the_reason(
    scorer: TextScorer, text: str, language: str, why: str
) -> None:
    """Abstaining is an answer: the prior, weight 0, and one word that says why."""
    said = scorer.share_of(text, language=language)

    assert said.share == VALUES.prior_mean
    assert (said.weight, said.why) == (0.0, why)


@given(text=st.one_of(st.text(max_size=400), st.text(st.characters(), max_size=400)))
def test_any_text_gives_a_share(scorer: TextScorer, text: str) -> None:
    """Odd Unicode, control characters and lone surrogates may not break a profile."""
    said = scorer.share_of(text, language="nl")

    assert sum(said.share) == pytest.approx(1.0, abs=1e-12)
    assert min(said.share) > 0
    assert 0 <= said.weight <= scorer.cap
    assert (said.weight > 0) == (said.why is None)


def test_one_sign_that_opens_into_many_does_not_grow_a_text() -> None:
    """U+FDFA becomes eighteen letters: four thousand of them must not become seventy thousand."""
    assert sum(map(len, plain_words("\ufdfa" * 4_000))) <= 4_000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Één café om 12 uur", "een CAFE om 9 uur"),
        ("mail mij op jan@voorbeeld.nl", "mail mij op"),
        ("zie https://voorbeeld.nl/x?y=1 graag", "zie graag"),
        ("ver\u00adzekering en reke\u200bning", "verzekering en rekening"),
        ("ｆｕｌｌ width", "full width"),
    ],
)
def test_what_is_no_word_makes_no_difference(one: str, other: str) -> None:
    """Accents, case, numbers, addresses, links and invisible signs are not ways of speaking."""
    assert plain_words(one) == plain_words(other)


def test_the_scorer_survives_being_written_down(scorer: TextScorer) -> None:
    """JSON and back gives the same bits: what was measured is what is served, and nothing is unpickled."""
    again = TextScorer.from_document(json.loads(json.dumps(scorer.to_document())))

    assert again.to_document() == scorer.to_document()
    assert all(
        again.share_of(text.text, language="nl") == scorer.share_of(text.text, language="nl") for text in TEXTS[:20]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "text-scorer/2"},
        {"dims": ["a"]},
        {"terms": ["=a", "=a"]},
        {"terms": "=a"},
        {"rarity": [1.0]},
        {"slopes": [[1.0], [2.0, 3.0]]},
        {"intercepts": ["x"] * K},
        {"intercepts": [None] * K},
        {"prior_mean": [0.0] * K},
        {"sharpness": -1.0},
        {"cap": 0.6},
        {"weight": 40.0},
        {"measurement": {"split": "random"}},
    ],
)
def test_a_broken_scorer_is_refused(scorer: TextScorer, changes: dict) -> None:
    """A file that someone edited may not raise the weight of text, or divide by what is not there."""
    with pytest.raises(InvalidInput) as refused:
        TextScorer.from_document(scorer.to_document() | changes)

    assert refused.value.faults[0].code == "bad_scorer"


def test_the_order_of_the_texts_does_not_matter(scorer: TextScorer) -> None:
    """A database gives rows in any order; the scorer must be the same, bit for bit."""
    shuffled = [TEXTS[place] for place in np.random.default_rng(2).permutation(len(TEXTS))]

    assert train_text_scorer(VALUES, OWN[::-1], shuffled, seed=1).to_document() == scorer.to_document()


def test_no_text_and_no_ones_own_words_are_kept(scorer: TextScorer) -> None:
    """A name, or a phrase only one person uses, may not lie on in the vocabulary after its text is gone."""
    own_word = LabelledText("mijn naam is zwartekraai " * 3, VALUES.dims[0], "nl", "p0", NOW)
    few = [replace(own_word, person=f"p{number}") for number in range(LEAST_PEOPLE - 1)]
    others = [replace(own_word, person=f"q{number}") for number in range(LEAST_PEOPLE)]
    texts = [own_word] * 20
    written = json.dumps(scorer.to_document())
    of_few = learn_vocabulary([one.text for one in few + texts], [one.person for one in few + texts])
    of_many = learn_vocabulary([one.text for one in others], [one.person for one in others])

    assert of_few.terms == ()
    assert "=zwartekraai" in of_many.terms
    assert not any(text.text in written for text in TEXTS)


@pytest.mark.parametrize("timed", [True, False])
def test_nobody_stands_on_both_sides(timed: bool) -> None:
    """Otherwise the scorer would be praised for knowing people's pet words."""
    split = hold_out(labelled(100, timed=timed), seed=1)
    trained, held_out = ({text.person for text in side} for side in (split.train, split.held_out))

    assert split.kind == ("time" if timed else "people")
    assert trained.isdisjoint(held_out)
    assert len(held_out) == 25


def test_nothing_written_later_is_trained_on() -> None:
    """Random cross-validation reads better than the truth; what counts is the next month."""
    split = hold_out(labelled(100), seed=1)

    assert max(text.written_at for text in split.train) < min(text.written_at for text in split.held_out)


def test_texts_all_of_one_moment_are_split_by_people() -> None:
    """An import with a single date tells no time."""
    texts = [replace(text, written_at=NOW) for text in labelled(40)]

    assert hold_out(texts, seed=1).kind == "people"


def test_a_template_that_was_trained_on_is_not_held_out() -> None:
    """A standard letter sent by many would be recognised, not understood."""
    template = "Geachte heer of mevrouw, hierbij zeg ik mijn abonnement op"
    texts = [
        LabelledText(template, VALUES.dims[number % K], "nl", f"p{number}", NOW + timedelta(days=number))
        for number in range(100)
    ]

    assert hold_out(texts, seed=1).held_out == []


def test_few_people_are_no_measurement() -> None:
    """Nineteen people with many texts each are still nineteen people."""
    labels = np.arange(190) % K
    people = [f"p{number % 19}" for number in range(190)]
    shares = np.full((190, K), 1 / K)

    assert measure(shares, labels, people, abstained=np.zeros(190, bool), split="people", seed=1) is None


def test_a_scorer_that_says_the_same_of_everybody_has_no_validity() -> None:
    """Not a good one, not a bad one: none."""
    labels = np.arange(200) % K
    found = measure(
        np.full((200, K), 1 / K), labels, [str(place) for place in range(200)], abstained=np.ones(200, bool),
        split="people", seed=1,
    )  # fmt: skip
    assert found is not None

    assert found.validity is None
    assert found.read == 0.0


def test_own_sentences_are_those_of_the_facet_in_every_language() -> None:
    """Options of other facets' questions and unknown categories teach nothing here."""
    lexicon = {"nl": {VALUES.dims[0]: ("nog een eigen zin", "nog een eigen zin"), "elsewhere": ("niet deze",)}}
    told = own_sentences(VALUES, FRAMEWORK.forms.values(), lexicon)

    assert {text.dim for text in told} == set(VALUES.dims)
    assert {text.language for text in told} == {"nl", "en"}
    assert sum(text.text == "nog een eigen zin" for text in told) == 1
    assert not any(text.text == "niet deze" for text in told)


def test_every_fault_of_the_texts_is_told_at_once() -> None:
    """Whoever labels thousands of texts should not be sent back for each."""
    broken = [LabelledText("een gewone zin zonder meer", "mauve", "nl", "p1"), LabelledText("nog zo een", "blue", "nl")]
    with pytest.raises(InvalidInput) as refused:
        train_text_scorer(VALUES, OWN, broken, seed=1)

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/texts/0/dim", "unknown_value_system"),
        ("/texts/1/person", "missing_field"),
    ]


def test_a_category_without_texts_cannot_be_trained() -> None:
    """A scorer that cannot name a system would count against everyone of it."""
    with pytest.raises(InvalidInput) as refused:
        train_text_scorer(VALUES, [text for text in OWN if text.dim != "red"], [], seed=1)

    assert [fault.code for fault in refused.value.faults] == ["too_few_texts"]


def test_a_facet_that_takes_no_texts_says_so() -> None:
    """Text speaks only where the framework file lets it."""
    facet = Facet("values", VALUES.dims, VALUES.prior_mean, 7.0, {}, 0.0)
    with pytest.raises(InvalidInput, match="text"):
        train_text_scorer(facet, OWN, [], seed=1)


@pytest.mark.parametrize("text", ["Ik wil graag weten waar ik aan toe ben", "Could you please call me back today"])
def test_an_ordinary_sentence_can_be_read(text: str) -> None:
    """Abstaining from everything would be safe and useless."""
    assert unreadable(text) is None
