"""Which strategy, contracts, code and libraries the trust file approves, and what was used."""

import json

import pytest
from verifier.sealed import STRATEGY, World, built, canon, hexed, sealed, tables_of

from tasks import verifier

RELAXED = hexed(b"relaxed")
CONTRACTS = ("batch_record.json", "equipment.json", "lims.json")


def fact(kind, name, sha256, version=""):
    return {"kind": kind, "name": name, "sha256": sha256, "version": version}


CODE, LOCK = fact("code", "batchproof", "c0" * 32, "1.0"), fact("lock", "r.lock", "10" * 32)
STATED = fact("strategy", "car-t", hexed(STRATEGY), "2.0.0")
READ_BY = [fact("contract", name, hexed(b"{}\n")) for name in CONTRACTS]
ALL = [CODE, *READ_BY, LOCK, STATED, fact("suite", "harvest.json", "50" * 32)]


def approving(world, approved):
    return canon(json.loads(world.trust()) | {"approved": approved})


def made_with(authority, environment, *, files=(), **evaluation):
    """A package whose maker logged and sealed whatever it says, with the keys of the site."""
    world = World(authority)
    tables = tables_of(1, "ready")
    said = json.loads(tables["evaluation"][0])
    said |= {"product": "car-t", "strategy_version": "2.0.0"} | evaluation
    tables["evaluation"] = [canon(said)]
    tables["environment"] = [canon(one) for one in environment]
    world.begin(1, strategy=said["strategy"])
    world.end(1)
    return world, sealed(world, built(tables=tables, files=dict(files)))


def swapped(*changed):
    """The environment with some facts exchanged for others of their name."""
    names = [(one["kind"], one["name"]) for one in changed]
    return [one for one in ALL if (one["kind"], one["name"]) not in names] + list(changed)


def test_what_is_approved_is_told(authority, look):
    world, package = made_with(authority, ALL)
    report = look(world, package, trust=approving(world, ALL))
    assert report.findings == []
    assert not [one for one in report.not_checked if "approved" in one]
    said = [one for one in report.said if one.startswith("approved by the trust file: ")]
    assert len(said) == 5
    assert "approved by the trust file: control strategy car-t 2.0.0" in said


def test_an_older_approved_one_is_as_good_and_the_version_is_only_told(authority, look):
    world, package = made_with(authority, ALL)
    newer = fact("strategy", "car-t", "99" * 32, "2.1.0")
    trust = approving(world, [newer, STATED | {"version": "of 2025"}])
    assert look(world, package, trust=trust).findings == []


def test_another_strategy(authority, look):
    """All of it is consistent: logged, judged and sealed by the relaxed strategy."""
    relaxed = fact("strategy", "car-t", RELAXED, "2.0.1")
    world, package = made_with(
        authority,
        swapped(relaxed),
        files={"strategy/strategy.json": b"relaxed\n"},
        strategy=RELAXED,
    )
    assert look(world, package).findings == []
    (found,) = look(world, package, trust=approving(world, ALL)).findings
    assert (found.check, found.member, found.row) == (8, "tables/environment.jsonl", 7)
    assert found.words == (
        f"The control strategy car-t 2.0.1 (sha256 {RELAXED}) is not one that the trust file "
        f"approves: 2.0.0 (sha256 {hexed(STRATEGY)})."
    )


@pytest.mark.parametrize(
    ("member", "changed"),
    [
        ("evaluation.json", {"strategy": RELAXED}),
        ("strategy/strategy.json", {"files": {"strategy/strategy.json": b"relaxed\n"}}),
        ("contracts/lims.json", {"files": {"contracts/lims.json": b'{"a":1}\n'}}),
    ],
)
def test_another_one_than_the_environment_names(authority, look, member, changed):
    """The table names the approved one, and the package holds another."""
    world, package = made_with(authority, ALL, **changed)
    assert look(world, package).findings == []
    found = look(world, package, trust=approving(world, ALL)).findings
    assert [(one.check, one.member) for one in found] == [(8, member)]


def test_another_contract_under_an_approved_strategy(authority, look):
    data = b'{"unit":"%"}\n'
    environment = swapped(fact("contract", "lims.json", hexed(data)))
    world, package = made_with(authority, environment, files={"contracts/lims.json": data})
    trust = approving(world, [STATED, *READ_BY])
    (found,) = look(world, package, trust=trust).findings
    assert found.check == 8
    assert "The source contract lims.json (sha256 " in found.words
    assert found.words.endswith(f"(sha256 {hexed(b'{}' + bytes([10]))}).")


@pytest.mark.parametrize("kind", ["code", "lock", "suite"])
def test_a_kind_that_the_package_leaves_out(authority, look, kind):
    world, package = made_with(authority, [one for one in ALL if one["kind"] != kind])
    (found,) = look(world, package, trust=approving(world, ALL)).findings
    assert (found.check, found.member) == (8, "tables/environment.jsonl")
    assert f"It names no {verifier.KINDS[kind]}" in found.words


def test_another_code_and_a_name_that_nobody_approved(authority, look):
    other = swapped(fact("code", "batchproof", "0c" * 32, "1.0"))
    world, package = made_with(authority, [*other, fact("lock", "own.lock", "1" * 64)])
    words = [one.words for one in look(world, package, trust=approving(world, ALL)).findings]
    assert len(words) == 2
    assert any("own.lock (sha256 1111" in one and "none of this name" in one for one in words)


def test_of_a_kind_that_is_not_listed_nothing_is_checked_and_that_is_told(authority, look):
    world, package = made_with(authority, ALL)
    report = look(world, package, trust=approving(world, [STATED]))
    assert report.findings == []
    told = [one for one in report.not_checked if "an approved one" in one]
    assert told == [
        f"whether the {one} is an approved one: the trust file names none"
        for one in ("source contract", "code", "lock file")
    ]


def test_what_the_package_claims_of_itself_approves_nothing(authority, tmp_path):
    world, package = made_with(authority, ALL)
    package.files["seal/keys.json"] = approving(world, [fact("code", "other", "0" * 64)])
    path = tmp_path / "package"
    for name, data in package.files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    report = verifier.check_path(path, None)
    assert report.findings == []
    assert any("approved ones: no --trust was given" in one for one in report.not_checked)


def test_an_environment_of_kinds_that_nobody_knows(authority, look):
    world, package = made_with(authority, [*ALL, fact("spell", "a", "0" * 64)])
    (found,) = look(world, package, trust=approving(world, [STATED])).findings
    assert "A kind 'spell'" in found.words


@pytest.mark.parametrize(
    "approved",
    [
        {},
        "strategy",
        [1],
        [STATED, STATED],
        [STATED | {"kind": "spell"}],
        [STATED | {"name": ""}],
        [STATED | {"sha256": hexed(STRATEGY).upper()}],
        [STATED | {"sha256": "00"}],
        [STATED | {"version": 2}],
        [STATED | {"more": ""}],
        [{"kind": "code", "name": "a", "sha256": "0" * 64}],
    ],
)
def test_a_list_in_another_spelling_is_refused(world, approved):
    with pytest.raises(verifier.RefusedError):
        verifier.Trust(approving(world, approved), given=True)


def test_a_trust_file_without_the_list_or_with_two_is_refused(world):
    record = json.loads(world.trust())
    without = canon({name: said for name, said in record.items() if name != "approved"})
    with pytest.raises(verifier.RefusedError):
        verifier.Trust(without, given=True)
    with pytest.raises(verifier.RefusedError):
        verifier.Trust(world.trust().replace(b"{", b'{"approved":[],', 1), given=True)
