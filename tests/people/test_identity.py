"""Nobody acts in another's name: a code counts once, for its owner, now, and tries are few."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from ledger.ledger_nouns import BATCH, COLLECTION, INPUTS

from contracts.errors import RefusedError, SealError
from contracts.log_act import Refusal
from contracts.log_review import findings
from contracts.person import Act, Role
from tasks import codes
from tasks.identity import Claim, identify, persons
from tasks.ledger.ledger import Ledger
from tasks.people import withdraw

WRONG = "a user id and a code that do not go together now"


def said(house, claim, act=Act.DECIDE, batch="") -> str:
    """What somebody is told who is refused."""
    with pytest.raises(RefusedError) as caught:
        identify(house.desk, claim, act, batch, house.time)
    return caught.value.found


def test_a_person_proves_who_they_are(house):
    person = identify(house.desk, house.next_claim("rita"), Act.DECIDE, "CART-26-0001", house.time)

    assert person == persons(house.desk.ledger)["rita"]
    assert (person.name, person.roles) == ("Rita Example", {Role.REVIEWER})
    assert house.log("refusal") == []


def test_people_may_type_a_code_as_their_app_shows_it(house):
    code = house.next_claim("rita").code
    spaced = Claim("rita", f" {code[:3]} {code[3:]}\n")

    assert identify(house.desk, spaced, Act.DECIDE, clock=house.time).user == "rita"


def test_a_code_counts_once(each_house):
    house = each_house
    claim = house.next_claim("rita")
    identify(house.desk, claim, Act.DECIDE, clock=house.time)

    assert said(house, claim, batch="CART-26-0001") == WRONG  # a replayed form
    house.time.passes(29)
    assert said(house, claim) == WRONG
    assert identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)
    first, second = house.log("refusal")
    assert (first.user, first.batch, first.act) == ("rita", "CART-26-0001", Act.DECIDE.words)
    assert first.why == second.why == "a code that was used, or is older than one"


def test_a_code_older_than_the_last_one_used_is_refused(house):
    seen_over_a_shoulder = house.next_claim("rita")
    identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)

    assert codes.steps_of(house.secrets["rita"], seen_over_a_shoulder.code, house.time.now)
    assert said(house, seen_over_a_shoulder) == WRONG


def test_the_clock_set_back_makes_no_code_good_again(house):
    claim = house.next_claim("rita")
    identify(house.desk, claim, Act.DECIDE, clock=house.time)
    house.time.now -= timedelta(hours=1)

    assert said(house, claim) == WRONG
    assert said(house, house.claim("rita")) == WRONG


def test_of_two_uses_at_once_one_counts(each_house, url):
    house = each_house
    claim = house.next_claim("rita")
    barrier = Barrier(8)

    def use(_):
        barrier.wait()
        try:
            return identify(house.desk, claim, Act.DECIDE, clock=house.time).user
        except RefusedError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        came = sorted(pool.map(use, range(8)))

    # one wins; of the other seven, five are looked at and the rest is blocked
    assert came == [*["refused"] * 7, "rita"]
    with Ledger.open(url) as again:
        refusals = [one.entry.why for one in again.log.of_kinds("refusal")]
    assert len([one for one in refusals if one.startswith("a code that was used")]) == 5
    assert len(refusals) == 5 + 1


def test_the_database_itself_refuses_a_second_use(each_house, raw):
    house = each_house
    identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)
    columns = "person, step, at"

    with pytest.raises(raw.refusal, match=r"append-only|duplicate key"):
        raw(f"INSERT INTO code_use ({columns}) SELECT {columns} FROM code_use")  # noqa: S608 (our own names)


def test_nobody_learns_which_part_was_wrong(house):
    withdraw(house.desk, "olga", house.next_claim("ada"), house.time)
    house.time.passes()
    used = house.claim("quinn")
    identify(house.desk, used, Act.SIGN_CONFIRMED, clock=house.time)
    with pytest.raises(RefusedError) as caught:
        identify(house.desk, house.wrong("rita"), Act.DECIDE, clock=house.time)
    expected = caught.value.in_words()

    for claim in (
        Claim("nobody", "123456"),  # unknown
        Claim("", ""),
        Claim("rita", house.code("quinn")),  # another's code
        used,
        house.claim("olga"),  # withdrawn, with the right code
        Claim("rita", "no code at all"),
        Claim("rita", "eyJhbGciOiJub25lIn0.e30."),  # a token where codes are used
    ):
        with pytest.raises(RefusedError) as caught:
            identify(house.desk, claim, Act.DECIDE, clock=house.time)
        assert caught.value.in_words() == expected

    assert [one.why for one in house.log("refusal")] == [
        "a wrong code",
        "an unknown user",
        "an unknown user",
        "a wrong code",
        "a code that was used, or is older than one",
        "a user who was withdrawn",
        "no code",
        "no code",
    ]


def test_a_role_that_does_not_allow_it_is_told_to_whom_proved_who_they_are(house):
    claim = house.next_claim("rita")

    assert said(house, claim, Act.SIGN_CONFIRMED) == (
        "rita, whose roles do not allow to sign the confirmation of a review"
    )
    assert said(house, claim, Act.DECIDE) == WRONG  # the code is used up
    assert said(house, house.wrong("rita"), Act.SIGN_CONFIRMED) == WRONG
    assert house.log("refusal")[0].why == "their roles do not allow it"


def test_after_five_refusals_nothing_is_looked_at_for_a_quarter_of_an_hour(each_house):
    house = each_house
    for _ in range(5):
        house.time.passes(60)
        assert said(house, house.wrong("rita")) == WRONG
    blocked = "5 refusals of this user id within 15 minutes"

    house.time.passes(60)
    with pytest.raises(RefusedError, match=r"try again after 2026-03-24T06:\d\d:\d\d") as caught:
        identify(house.desk, house.claim("rita"), Act.DECIDE, clock=house.time)
    assert caught.value.found == blocked
    for _ in range(20):
        house.time.passes(30)
        assert said(house, house.claim("rita")) == blocked  # the right code: not looked at

    assert identify(house.desk, house.next_claim("quinn"), None, clock=house.time)  # others work
    house.time.passes(5 * 60)  # 1 + 10 + 0.5 + 5 minutes since the fifth refusal
    assert identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)
    # five refusals, and one entry for all that was not looked at
    assert [one.user for one in house.log("refusal")] == ["rita"] * (5 + 1)
    assert "nothing is looked at until" in house.log("refusal")[-1].why


def test_five_refusals_over_a_longer_time_block_nobody(house):
    for _ in range(12):
        house.time.passes(4 * 60)  # five of them take 16 minutes
        assert said(house, house.wrong("rita")) == WRONG
    assert identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)


def test_guessing_gets_five_tries_in_fifteen_minutes(house):
    """What 90 guesses in 15 minutes come to: 5 are looked at, and the log has 6 entries."""
    looked_at = 0
    for _ in range(90):
        house.time.passes(10)
        looked_at += said(house, house.wrong("rita")) == WRONG

    assert looked_at == 5
    assert len(house.log("refusal")) == 6


def test_unknown_ids_are_treated_as_known_ones_and_do_not_flood_the_log(house, tmp_path):
    for _ in range(5):
        assert said(house, Claim("eve", "123456")) == WRONG
    assert said(house, Claim("eve", "123456")).startswith("5 refusals of this user id")

    for number in range(50):
        assert said(house, Claim(f"stranger{number}", "123456")) == WRONG
    words = [one.why for one in house.log("refusal")]
    assert words == [
        *["an unknown user"] * 5,
        "an unknown user; more of them are not entered one by one",
    ]
    assert {one.user for one in house.log("refusal")} == {""}


def test_what_people_mistype_is_kept_nowhere(house, tmp_path, capfd):
    secret = "correct horse battery staple"  # noqa: S105 (typed into the wrong field)
    said(house, Claim(secret, secret), batch=f"<b>{secret}</b>")

    assert house.log("refusal")[0] == Refusal(
        house.log("refusal")[0].at, "", "", Act.DECIDE.words, "an unknown user"
    )
    everything = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    assert secret.encode() not in everything
    assert capfd.readouterr() == ("", "")


def test_a_stolen_database_is_no_stolen_codes(house, tmp_path):
    claim = house.next_claim("rita")
    identify(house.desk, claim, Act.DECIDE, clock=house.time)

    ledger = b"".join(one.read_bytes() for one in tmp_path.glob("ledger.sqlite*"))
    assert b"Rita Example" in ledger
    for secret in house.secrets.values():
        assert secret.encode() not in ledger
    assert claim.code not in repr(claim)
    assert claim.code not in str([claim])
    key = tmp_path / "home" / "keys" / "credential.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_refusal_while_a_batch_is_judged_is_no_clock_set_back(house):
    begun = house.desk.now()
    said(house, house.wrong("rita"), batch=BATCH)
    house.desk.ledger.begin_evaluation(*INPUTS, COLLECTION, begun)

    found = [str(one) for one in findings(house.desk.ledger.log.entries())]
    assert not [one for one in found if "set back" in one]


def test_another_key_opens_no_secret_and_says_so(house, tmp_path):
    key = tmp_path / "home" / "keys" / "credential.key"
    key.write_text("ab" * 32)

    with pytest.raises(SealError, match="a person's secret that this credential key does not open"):
        identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)
    key.chmod(0o644)
    with pytest.raises(SealError, match="others may use"):
        identify(house.desk, house.next_claim("rita"), Act.DECIDE, clock=house.time)


def test_a_secret_moved_to_another_person_opens_for_nobody(each_house, raw):
    house = each_house
    raw(
        "INSERT INTO credential (person, secret, at, given_by) "
        "SELECT 'quinn', secret, at, given_by FROM credential WHERE person = 'rita'"
    )

    with pytest.raises(SealError, match="does not open"):
        identify(house.desk, Claim("quinn", house.next_claim("rita").code), None, clock=house.time)


def test_a_fault_uses_no_code_up(house):
    claim = house.next_claim("rita")
    key = house.desk.keys.folder / "credential.key"
    kept = key.read_bytes()
    key.write_text("ab" * 32)
    with pytest.raises(SealError):
        identify(house.desk, claim, Act.DECIDE, clock=house.time)
    key.write_bytes(kept)

    assert identify(house.desk, claim, Act.DECIDE, clock=house.time).user == "rita"
