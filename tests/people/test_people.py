"""Who is who is decided by an administrator, never about themselves, and never forgotten."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from contracts.errors import RefusedError
from contracts.log_act import UserChange
from contracts.person import Person, Role
from tasks.identity import identify, persons
from tasks.people import change_roles, enrol, renew_secret, withdraw

NEW = Person("nora", "Nora Example", frozenset({Role.AUDITOR}))


def refusal(call, *arguments) -> str:
    with pytest.raises(RefusedError) as caught:
        call(*arguments)
    return caught.value.found


def test_the_first_is_an_administrator_and_everybody_later_needs_one(open_house, url):
    house = open_house(url)
    assert refusal(enrol, house.desk, NEW).startswith("nobody but the first user")
    assert persons(house.desk.ledger) == {}

    house.enrol("ada", "Ada Example", Role.ADMIN)
    assert refusal(enrol, house.desk, NEW).startswith("nobody but the first user")
    second = Person("bert", "Bert Example", frozenset({Role.ADMIN}))
    assert refusal(enrol, house.desk, second).startswith("nobody but the first user")

    house.enrol("nora", "Nora Example", Role.AUDITOR, Role.REVIEWER, by="ada")
    first, other = house.log("user")
    assert (first.by, first.change, first.roles) == ("administrator", "enrolled", ("admin",))
    assert (other.by, other.user, other.roles) == ("ada", "nora", ("auditor", "reviewer"))
    assert len(house.log("refusal")) == 3


def test_two_first_administrators_at_once_are_one(open_house, url):
    house = open_house(url)
    barrier = Barrier(4)

    def first(number: int) -> str:
        barrier.wait()
        person = Person(f"ada{number}", "Ada Example", frozenset({Role.ADMIN}))
        try:
            return enrol(house.desk, person, None, house.time).person.user
        except RefusedError:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(first, range(4)))
    assert came.count("refused") == 3
    assert len(persons(house.desk.ledger)) == 1


def test_an_id_is_never_given_twice(house):
    again = Person("rita", "Another Rita", frozenset({Role.REVIEWER}))

    assert "rita, who is on record already" in refusal(
        enrol, house.desk, again, house.next_claim("ada"), house.time
    )
    withdraw(house.desk, "rita", house.next_claim("ada"), house.time)
    assert "rita, who is on record already" in refusal(
        enrol, house.desk, again, house.next_claim("ada"), house.time
    )
    person = persons(house.desk.ledger)["rita"]
    assert (person.name, person.active, person.roles) == ("Rita Example", False, frozenset())


def test_one_person_has_one_user_id(house):
    again = Person("rita2", "RITA  example", frozenset({Role.QUALIFIED_PERSON}))

    assert refusal(enrol, house.desk, again, house.next_claim("ada"), house.time).startswith(
        "the printed name of rita; a person has one user id"
    )
    assert "rita2" not in persons(house.desk.ledger)
    withdraw(house.desk, "rita", house.next_claim("ada"), house.time)
    enrol(house.desk, again, house.next_claim("ada"), house.time)
    assert persons(house.desk.ledger)["rita2"].active


def test_a_new_secret_gives_nobody_back_the_roles_that_were_taken_meanwhile(house, monkeypatch):
    book, change = type(house.desk.ledger.people), type(house.desk.ledger.people).change
    claims = (house.next_claim("rita"), house.next_claim("ada"))
    auditor = frozenset({Role.AUDITOR})

    def late(self, *arguments):
        """Between reading who is who and entering the change, the administrator is faster."""
        monkeypatch.setattr(book, "change", change)
        change_roles(house.desk, "rita", auditor, claims[1], house.time)
        return change(self, *arguments)

    monkeypatch.setattr(book, "change", late)
    assert refusal(renew_secret, house.desk, "rita", claims[0], house.time) == (
        "rita, whose roles somebody changed at the same time; ask for it again"
    )
    assert persons(house.desk.ledger)["rita"].roles == auditor
    assert [one.change for one in house.log("user")][-1] == "roles"
    assert renew_secret(house.desk, "rita", house.next_claim("rita"), house.time).secret


def test_only_an_administrator_changes_users(house):
    claim = house.next_claim("rita")
    assert "roles do not allow" in refusal(enrol, house.desk, NEW, claim, house.time)
    roles = frozenset({Role.QUALIFIED_PERSON})
    claim = house.next_claim("rita")
    assert "roles do not allow" in refusal(
        change_roles, house.desk, "rita", roles, claim, house.time
    )
    claim = house.next_claim("rita")
    assert "roles do not allow" in refusal(withdraw, house.desk, "quinn", claim, house.time)
    claim = house.next_claim("rita")
    assert "roles do not allow" in refusal(renew_secret, house.desk, "quinn", claim, house.time)


def test_nobody_gives_roles_to_themselves(house):
    roles = frozenset({Role.ADMIN, Role.REVIEWER, Role.QUALIFIED_PERSON})

    assert refusal(change_roles, house.desk, "ada", roles, house.next_claim("ada"), house.time) == (
        "an administrator who gives roles to themselves"
    )
    assert persons(house.desk.ledger)["ada"].roles == {Role.ADMIN}
    assert house.log("refusal")[-1].user == "ada"

    house.enrol("bert", "Bert Example", Role.ADMIN, by="ada")
    change_roles(house.desk, "ada", roles, house.next_claim("bert"), house.time)
    assert persons(house.desk.ledger)["ada"].roles == roles


def test_somebody_is_always_an_administrator(house):
    assert "the last administrator" in refusal(
        withdraw, house.desk, "ada", house.next_claim("ada"), house.time
    )
    house.enrol("bert", "Bert Example", Role.ADMIN, by="ada")
    withdraw(house.desk, "ada", house.next_claim("bert"), house.time)
    assert persons(house.desk.ledger)["ada"].active is False
    assert refusal(withdraw, house.desk, "rita", house.next_claim("ada"), house.time)


def test_a_new_secret_ends_the_old_one(house):
    old = house.secrets["rita"]
    changed = renew_secret(house.desk, "rita", house.next_claim("ada"), house.time)
    assert changed.secret not in {"", old}
    house.time.passes()
    assert refusal(identify, house.desk, house.claim("rita"), None, "", house.time)

    house.secrets["rita"] = changed.secret
    assert identify(house.desk, house.next_claim("rita"), None, clock=house.time)
    # their own, by their own code: then no administrator knows it
    own = renew_secret(house.desk, "rita", house.next_claim("rita"), house.time)
    house.secrets["rita"] = own.secret
    assert identify(house.desk, house.next_claim("rita"), None, clock=house.time)
    assert [(one.by, one.change) for one in house.log("user")[-2:]] == [
        ("ada", "secret"),
        ("rita", "secret"),
    ]


def test_the_only_administrator_whose_app_is_lost_gets_a_secret_on_the_machine(house):
    assert "where there is an administrator" in refusal(renew_secret, house.desk, "rita")
    changed = renew_secret(house.desk, "ada", None, house.time)
    house.secrets["ada"] = changed.secret
    assert house.log("user")[-1].by == "administrator"

    house.enrol("bert", "Bert Example", Role.ADMIN, by="ada")
    assert "where there is an administrator" in refusal(renew_secret, house.desk, "ada")


@pytest.mark.parametrize(
    "person",
    [
        Person("R", "Rita", frozenset({Role.REVIEWER})),
        Person("rita\n", "Rita", frozenset({Role.REVIEWER})),
        Person("administrator", "Rita", frozenset({Role.ADMIN})),
        Person("nora", "", frozenset({Role.REVIEWER})),
        Person("nora", "Nora\x1b[31m", frozenset({Role.REVIEWER})),
        Person("nora", "N" * 81, frozenset({Role.REVIEWER})),
        Person("nora", "Nora", frozenset()),
    ],
    ids=["short", "newline", "the machine", "no name", "terminal codes", "long", "no role"],
)
def test_what_cannot_be_a_person_is_refused_before_a_code_is_used(house, person):
    claim = house.next_claim("ada")

    assert refusal(enrol, house.desk, person, claim, house.time)
    assert identify(house.desk, claim, None, clock=house.time)


def test_nobody_is_changed_who_is_not_there(house):
    for call, arguments in (
        (change_roles, (frozenset({Role.AUDITOR}),)),
        (renew_secret, ()),
        (withdraw, ()),
    ):
        claim = house.next_claim("ada")
        found = refusal(call, house.desk, "<i>ghost</i>", *arguments, claim, house.time)
        assert found == "a user id that nobody has now"
    assert {one.user for one in house.log("user")} == {"ada", "olga", "quinn", "rita"}
    assert "ghost" not in str(house.log("refusal"))


def test_a_secret_is_in_no_words(house):
    changed = renew_secret(house.desk, "rita", house.next_claim("ada"), house.time)

    assert changed.secret in changed.address
    assert changed.secret not in repr(changed)
    entries = house.desk.ledger.log.entries()
    assert all(changed.secret.encode() not in one.text for one in entries)
    assert isinstance(entries[-1].entry, UserChange)
