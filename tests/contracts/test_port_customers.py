"""What whoever remembers customers promises."""

from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import Consent, Customer
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import NOW, a_customer, later


def test_a_customer_comes_back_as_put(store: Store) -> None:
    """Attributes feed rules: a number that came back as a text would silently match nothing."""
    with store.writing() as records:
        created = records.customers.put(a_customer(), now=NOW)

    with store.reading() as records:
        assert created
        assert records.customers.get("c-1") == a_customer()
        assert records.customers.get("c-2") is None


def test_unknown_stays_unknown(store: Store) -> None:
    """No answer to consent is not a refusal, and no word on pushing is not a no."""
    with store.writing() as records:
        records.customers.put(Customer("c-1"), now=NOW)
        records.customers.put(Customer("c-2", consent=Consent(value_profiling=False)), now=NOW)

    with store.reading() as records:
        assert records.customers.get("c-1") == Customer("c-1")
        assert records.customers.get("c-2") == Customer("c-2", consent=Consent(value_profiling=False))


def test_putting_again_replaces_the_whole(store: Store) -> None:
    """PUT means the thing as given; a leftover tier would go on opening doors."""
    with store.writing() as records:
        records.customers.put(a_customer(), now=NOW)
        created = records.customers.put(Customer("c-1", language="en"), now=later(1))

    with store.reading() as records:
        assert not created
        assert records.customers.get("c-1") == Customer("c-1", language="en")


def test_many_are_found_by_id_and_strangers_are_left_out(store: Store) -> None:
    """A match of a thousand contacts reads its customers at once."""
    with store.writing() as records:
        for number in range(5):
            records.customers.put(a_customer(f"c-{number}"), now=NOW)

    with store.reading() as records:
        found = records.customers.get_many(["c-3", "c-1", "stranger", "c-1"])
        assert found == {"c-1": a_customer("c-1"), "c-3": a_customer("c-3")}
        assert records.customers.get_many([]) == {}


def test_names_in_any_script_survive(store: Store) -> None:
    """Customers' words are theirs: emoji, quotes and accents come back letter for letter."""
    odd = {"naam": 'Zoë 👩‍👩‍👧 "O\'Neil" \\ %s {x} Ωш中', "empty": ""}
    with store.writing() as records:
        records.customers.put(a_customer(attributes=odd, segment="Ærø 🌊"), now=NOW)

    with store.reading() as records:
        kept = records.customers.get("c-1")
        assert kept is not None
        assert (kept.attributes, kept.segment) == (odd, "Ærø 🌊")


def test_an_inline_profile_is_not_master_data(store: Store) -> None:
    """Values come from evidence with consent, never by the back door."""
    profile = InlineProfile(values=InlineFacet({"blue": 1.0}))
    with store.writing() as records:
        records.customers.put(a_customer(profile=profile), now=NOW)

    with store.reading() as records:
        assert records.customers.get("c-1") == a_customer()


def test_a_deleted_customer_is_gone(store: Store) -> None:
    """And whoever deletes twice is told that there was nothing."""
    with store.writing() as records:
        records.customers.put(a_customer(), now=NOW)
        first = records.customers.delete("c-1")
        second = records.customers.delete("c-1")

    with store.reading() as records:
        assert (first, second) == (True, False)
        assert records.customers.get("c-1") is None
