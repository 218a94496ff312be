"""A text as numbers: how often which words and pieces of words occur, each weighed by how rare it is.

Words, pairs of words, and three to five letters within a word; so that inflections, compounds and slips of the pen
share features, in Dutch and English alike. Numbers, addresses and links are taken out first.

Source: Salton and Buckley, Term-weighting approaches in automatic text retrieval (1988),
doi 10.1016/0306-4573(88)90021-0; pieces of words: Cavnar and Trenkle, N-gram-based text categorization (1994).
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

LONGEST_READ = 4_000  # characters; what follows adds little, and a text may not cost a second
PIECES = (3, 4, 5)
WORD = "="  # begins the feature of a whole word: no piece of a word holds it
MOST_TERMS = 20_000
# A term enters the vocabulary, which is kept, only when so many people used it: no name and no one's own phrase does.
LEAST_PEOPLE = 5
LEAST_OWN = 2  # of the framework's own sentences, which are nobody's

_NOT_READ = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_TOKEN = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The terms known, in a fixed order, and ln of how rare each is."""

    terms: tuple[str, ...]
    rarity: Floats
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {term: place for place, term in enumerate(self.terms)})

    def weigh(self, text: str) -> tuple[NDArray[np.intp], Floats]:
        """Places and weights of a text's known terms: (1 + ln count)·rarity, of length 1 together; maybe none."""
        known = [(self.places[term], count) for term, count in terms_of(text).items() if term in self.places]
        known.sort()
        places = np.array([place for place, _ in known], dtype=np.intp)
        weights = (1.0 + np.log([count for _, count in known])) * self.rarity[places]
        return places, weights / (float(np.linalg.norm(weights)) or 1.0)

    def table(self, texts: Sequence[str]) -> "csr_array":
        """Many texts, one row each."""
        from scipy.sparse import csr_array  # here: training needs it, starting a process does not

        rows = [self.weigh(text) for text in texts]
        ends = np.cumsum([0, *(len(places) for places, _ in rows)])
        columns = np.concatenate([np.zeros(0, np.intp), *(places for places, _ in rows)])
        weights = np.concatenate([np.zeros(0), *(weights for _, weights in rows)])
        return csr_array((weights, columns, ends), shape=(len(rows), len(self.terms)))


def plain_words(text: str) -> list[str]:
    """The words of a text without case, accents, numbers, addresses, links and invisible characters."""
    read = _NOT_READ.sub(" ", text[:LONGEST_READ])
    opened = unicodedata.normalize("NFKD", read).casefold()[:LONGEST_READ]
    visible = "".join(sign for sign in opened if unicodedata.category(sign) not in {"Mn", "Me", "Cf", "Cs", "Co"})
    return _TOKEN.findall(_DIGITS.sub(" ", visible))


def terms_of(text: str) -> Counter[str]:
    """How often each term occurs: words, pairs of words, pieces of words with their edges."""
    words = plain_words(text)
    terms = Counter(WORD + word for word in words)
    terms.update(f"{WORD}{one} {next_}" for one, next_ in pairwise(words))
    for word, count in Counter(words).items():
        edged = f" {word} "
        for size in PIECES:
            for start in range(len(edged) - size + 1):
                terms[edged[start : start + size]] += count
    return terms


def learn_vocabulary(texts: Sequence[str], people: Sequence[str | None]) -> Vocabulary:
    """The terms that five people used, or two of the framework's own sentences (of person `None`); at most 20,000.

    The most widespread are kept, in alphabetical order. Rarity is 1 + ln((1 + n)/(1 + n_t)) over n texts.
    """
    in_texts: Counter[str] = Counter()
    in_own: Counter[str] = Counter()
    by_people: Counter[str] = Counter()
    texts_by_person: dict[str | None, list[str]] = {}
    for text, person in zip(texts, people, strict=True):
        texts_by_person.setdefault(person, []).append(text)
    for person, written in texts_by_person.items():
        used: set[str] = set()
        for text in written:
            terms = terms_of(text).keys()
            in_texts.update(terms)
            (used.update if person is not None else in_own.update)(terms)
        by_people.update(used)
    known = [term for term in in_texts if by_people[term] >= LEAST_PEOPLE or in_own[term] >= LEAST_OWN]
    known.sort(key=lambda term: (-in_texts[term], term))
    kept = tuple(sorted(known[:MOST_TERMS]))
    rarity = [1.0 + math.log((1 + len(texts)) / (1 + in_texts[term])) for term in kept]
    return Vocabulary(kept, np.array(rarity))
