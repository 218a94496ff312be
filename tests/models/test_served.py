"""Which classifier serves: read once, followed within a minute, and never a reason to stop (trust.md P10, F15)."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.compatibility.card import ARRAYS, CARD, SUMS, Sealed, seal
from matcher.errors import InvalidInput, Unavailable
from matcher.use_cases.classifier_ports import ClassifierState, KnownClassifier, Shelf, Unread
from models.classifier_shelf import ClassifierShelf
from models.memory import MemoryStore
from models.memory.classifiers import MemoryShelf
from models.served import Served
from models.shelf import put_classifier
from tests.contracts.stored_things import NOW, later
from tests.contracts.test_port_classifiers import a_classifier
from tests.matcher.routing.learnt import fitted
from tests.matcher.routing.rounds import FRAMEWORK


def sealed(**told: object) -> Sealed:
    return seal(fitted().scorer_, {"window": None, **told}, framework=FRAMEWORK.name)


def known(version: str = "c-1", **changes: Any) -> KnownClassifier:
    """A classifier in service, its digest that of the folder."""
    given = {"digest": sealed().digest, "state": ClassifierState.CURRENT, "promoted_by": "key-1", "promoted_at": NOW}
    return a_classifier(version, framework=FRAMEWORK.name, **(given | changes))


class Told(list[Unread]):
    """What was said of classifiers that cannot be read."""

    def served(self, store: MemoryStore, shelf: Shelf) -> Served:
        return Served(store, shelf, FRAMEWORK.name, tell=self.append)


@pytest.fixture
def shelf(tmp_path: Path) -> ClassifierShelf:
    """A shelf with one classifier."""
    one = ClassifierShelf(tmp_path / "classifiers")
    one.put("c-1", sealed())
    return one


def test_a_promotion_is_followed_within_a_minute(memory_store: MemoryStore, shelf: ClassifierShelf) -> None:
    """And until then the look costs a comparison of clocks."""
    served = Told().served(memory_store, shelf)
    served.refresh(NOW)
    with memory_store.writing() as records:
        records.classifiers.add(known())
    served.refresh(later(59))
    before = served.current
    served.refresh(later(61))
    first = served.current
    served.refresh(later(200))
    with memory_store.writing() as records:
        records.classifiers.move("c-1", ClassifierState.RETIRED)
    same = served.current
    served.refresh(later(201), at_once=True)

    assert before is None
    assert first is not None
    assert (first.version, first.outcomes) == ("c-1", 1234)
    assert same is first
    assert served.current is None


def missing(folder: Path) -> None:
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()


def cut(folder: Path) -> None:
    (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:-100])


def tampered(folder: Path) -> None:
    """One weight is another, and every hash beside it is made to fit."""
    with np.load(folder / ARRAYS) as archive:
        arrays = {name: archive[name].copy() for name in archive.files}
    arrays["weights"][0] += 1.0
    resealed(folder, arrays)


def of_another_size(folder: Path) -> None:
    """One feature fewer than the card tells of."""
    with np.load(folder / ARRAYS) as archive:
        arrays = {name: archive[name].copy() for name in archive.files}
    arrays["weights"] = arrays["weights"][:-1]
    resealed(folder, arrays)


def not_json(folder: Path) -> None:
    (folder / CARD).write_bytes(b"{")


def without_sums(folder: Path) -> None:
    (folder / SUMS).unlink()


def resealed(folder: Path, arrays: dict[str, Any]) -> None:
    """The folder with these arrays, all of its own hashes right."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    content = stream.getvalue()
    card = json.loads((folder / CARD).read_bytes())
    card["arrays_sha256"] = hashlib.sha256(content).hexdigest()
    told = json.dumps(card).encode()
    sums = "".join(f"{hashlib.sha256(each).hexdigest()}  {name}\n" for name, each in ((CARD, told), (ARRAYS, content)))
    put_classifier(folder, Sealed(told, content, sums.encode()))


@pytest.mark.parametrize("harm", [missing, cut, tampered, of_another_size, not_json, without_sums])
def test_a_folder_that_was_harmed_leaves_the_service_without_it(
    memory_store: MemoryStore, shelf: ClassifierShelf, harm: Callable[[Path], None]
) -> None:
    """Rules and profiles go on; it is said once, and tried again at each look."""
    with memory_store.writing() as records:
        records.classifiers.add(known())
    harm(shelf.folder / "c-1")
    told = Told()
    served = told.served(memory_store, shelf)
    for seconds in (0, 61, 122):
        served.refresh(later(seconds))
    shelf.put("c-1", sealed())
    while_broken = served.current, dict(served.unread)
    served.refresh(later(183))

    assert while_broken[0] is None
    assert while_broken[1][ClassifierState.CURRENT].version == "c-1"
    assert len(told) == 1
    assert served.current is not None
    assert served.unread == {}


def test_arrays_of_the_wrong_size_are_refused_even_under_the_right_digest(shelf: ClassifierShelf) -> None:
    """A folder that another program made so must not break decisions later."""
    of_another_size(shelf.folder / "c-1")
    digest = hashlib.sha256((shelf.folder / "c-1" / CARD).read_bytes()).hexdigest()

    with pytest.raises(InvalidInput, match="other sizes"):
        shelf.read("c-1", digest=digest, framework=FRAMEWORK.name)


def test_a_classifier_of_another_framework_does_not_serve(memory_store: MemoryStore, shelf: ClassifierShelf) -> None:
    """Its value systems mean something else."""
    with memory_store.writing() as records:
        records.classifiers.add(known())
    served = Served(memory_store, shelf, "other@1.0.0")
    served.refresh(NOW)

    assert served.current is None
    assert "other@1.0.0" in served.unread[ClassifierState.CURRENT].reason


def test_without_a_database_what_serves_goes_on(memory_store: MemoryStore, shelf: ClassifierShelf) -> None:
    """Matching on what a request brings along needs no store."""
    with memory_store.writing() as records:
        records.classifiers.add(known())

    class Away:
        is_away = False

        @contextmanager
        def reading(self) -> Iterator[Any]:
            if self.is_away:
                raise Unavailable
            with memory_store.reading() as records:
                yield records

    store: Any = Away()
    served = Served(store, shelf, FRAMEWORK.name)
    served.refresh(NOW)
    store.is_away = True
    served.refresh(NOW + timedelta(minutes=5))

    assert served.current is not None


@pytest.mark.parametrize("version", ["../x", "a/b", "", ".", "..", "a" * 200, "é"])
def test_a_version_is_never_a_path(shelf: ClassifierShelf, version: str) -> None:
    """Whatever stands in the registry."""
    with pytest.raises(InvalidInput):
        shelf.read(version, digest="a" * 64, framework=FRAMEWORK.name)
    with pytest.raises(InvalidInput):
        shelf.put(version, sealed())


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_every_shelf_gives_back_what_was_put_there(tmp_path: Path, kind: str) -> None:
    """Tests run on the shelf in memory, installations on folders."""
    one: Shelf = ClassifierShelf(tmp_path / "kept") if kind == "folder" else MemoryShelf()
    one.put("c-1", sealed())
    digest = sealed().digest
    opened = one.read("c-1", digest=digest, framework=FRAMEWORK.name)
    one.put("c-2", sealed(note="another"))

    assert opened.digest == digest
    np.testing.assert_array_equal(opened.scorer.weights, fitted().scorer_.weights)
    for wrong in ({"version": "c-2"}, {"digest": "b" * 64}, {"framework": "other@1"}):
        asked: Any = {"version": "c-1", "digest": digest, "framework": FRAMEWORK.name} | wrong
        with pytest.raises(InvalidInput):
            one.read(asked.pop("version"), **asked)
    one.remove("c-1")
    with pytest.raises(InvalidInput):
        one.read("c-1", digest=digest, framework=FRAMEWORK.name)
    one.remove("c-1")
