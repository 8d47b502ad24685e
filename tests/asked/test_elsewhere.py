"""What else used a lot, a machine or a person: bounded, newest first, nothing left out unsaid."""

import shutil
from dataclasses import replace

import pytest
from asked.conftest import opened

from contracts.asked_elsewhere import NEWEST, answer_elsewhere, asked_for, asked_of, asked_of_all
from contracts.errors import NotFoundError
from contracts.manifest import table_path
from contracts.readiness import QualityException
from contracts.touches import Kind, touches
from tasks.elsewhere import INDEX, elsewhere_of, records_of, used_in
from tasks.impact import said_by
from tasks.impact_index import add, open_index
from tasks.sound import sound


@pytest.fixture
def shelf(folders, tmp_path):
    """A folder of packages that grows, and the home with its index."""
    (tmp_path / "packages").mkdir()
    for folder in folders.values():
        shutil.copytree(folder, tmp_path / "packages" / folder.name)
    return tmp_path / "packages"


def tables(folder):
    return tuple(
        records_of((folder / table_path(name)).read_bytes()) for name in ("observations", "series")
    )


def asked_in(folder):
    return asked_of(opened(folder).exceptions, *tables(folder))


def test_the_exceptions_name_what_they_rest_on(folders):
    found = {(one.kind, one.entity): one for one in asked_in(folders["CART-26-0002"])}
    # X-001 is the viability of the drug product: measured on NC-200-03 by P-041, verified by P-052
    assert found[Kind.EQUIPMENT, "nc-200-03"].exceptions[0] == "X-001"
    assert (Kind.PERSON, "P-041") in found
    # X-002 is the time outside of the range, of the readings of one bioreactor
    assert "X-002" in found[Kind.EQUIPMENT, "BR-102"].exceptions
    assert {kind for kind, _ in found} <= {Kind.EQUIPMENT, Kind.MATERIAL_LOT, Kind.PERSON}
    known = opened(folders["CART-26-0002"]).observations
    assert all(one.item in known for one in found.values())


def test_other_batches_are_found_and_this_one_is_not(folders, shelf, tmp_path):
    asked = asked_in(folders["CART-26-0002"])
    found = used_in(shelf, tmp_path / INDEX, "CART-26-0002", asked)
    assert (found.looked_at, found.left_out) == (2, 0)
    by_name = {one.entity: one for one in found.things}
    (use,) = by_name["nc-200-03"].uses
    assert (use.batch, use.evaluation, use.readiness) == ("CART-26-0001", 1, "ready")
    assert use.package == "CART-26-0001-initial-evaluation-1"
    assert by_name["BR-102"].uses == ()
    assert by_name["BR-102"].words == "equipment BR-102, of X-002, X-003: no other batch"
    # asked again, and from an index made anew, the answer is the same
    assert used_in(shelf, tmp_path / INDEX, "CART-26-0002", asked) == found
    assert used_in(shelf, tmp_path / "anew.sqlite", "CART-26-0002", asked) == found


def test_a_package_that_is_gone_is_found_no_more(folders, shelf, tmp_path):
    asked = asked_in(folders["CART-26-0002"])
    used_in(shelf, tmp_path / INDEX, "CART-26-0002", asked)
    shutil.rmtree(shelf / "CART-26-0001-initial-evaluation-1")
    found = used_in(shelf, tmp_path / INDEX, "CART-26-0002", asked)
    assert (found.looked_at, found.left_out) == (1, 0)
    assert not any(one.uses for one in found.things)


def test_what_could_not_be_entered_is_counted(folders, shelf, tmp_path):
    with (shelf / "CART-26-0001-initial-evaluation-1" / "tables/verdicts.jsonl").open("ab") as file:
        file.write(b"{}\n")
    asked = asked_in(folders["CART-26-0002"])
    found = used_in(shelf, tmp_path / INDEX, "CART-26-0002", asked)
    assert (found.looked_at, found.left_out) == (1, 1)
    assert "1 packages were left out" in answer_elsewhere(found.things, 1, 1).notes[1]
    later = used_in(shelf, tmp_path / "two.sqlite", "CART-26-0002", asked, most=0)
    assert (later.looked_at, later.left_out) == (0, 2)
    with pytest.raises(NotFoundError):
        used_in(tmp_path / "none", tmp_path / INDEX, "CART-26-0002", asked)


def test_of_many_batches_the_newest_are_named_and_the_rest_counted(folders, tmp_path):
    folder = folders["CART-26-0002"]
    said, many = said_by(sound(folder)), NEWEST + 5
    with open_index(tmp_path / INDEX) as connection:
        connection.execute("BEGIN")
        for number in range(many):
            name = f"B-{number:03}-initial-evaluation-1"
            (tmp_path / "packages" / name).mkdir(parents=True)
            told = {
                "batch": f"B-{number:03}",
                "judged_at": f"2026-04-{number + 1:02}T06:00:00.000000Z",
            }
            named = (str((tmp_path / "packages").resolve()), name, "stamp", f"{number:064x}")
            one = replace(said, evaluation=said.evaluation | told)
            add(connection, named, one, touches(one))
        connection.execute("COMMIT")
    found = used_in(tmp_path / "packages", tmp_path / INDEX, "CART-26-0002", asked_in(folder))
    (thing,) = [one for one in found.things if one.entity == "nc-200-03"]
    assert thing.batches == many
    assert [one.batch for one in thing.uses] == [f"B-{n:03}" for n in range(many - 1, 4, -1)]
    assert thing.words.endswith("and 5 more")
    assert thing.record()["count"] == many


def test_the_page_gets_every_thing_of_the_batch_and_is_never_stopped(folders, shelf, tmp_path):
    folder = folders["CART-26-0002"]
    package = opened(folder)
    files = {
        table_path(one): (folder / table_path(one)).read_bytes()
        for one in ("observations", "series")
    }
    found = elsewhere_of(shelf, tmp_path, package, files)
    kinds = [one.kind for one in found.things]
    assert set(kinds) == {Kind.MATERIAL_LOT, Kind.EQUIPMENT, Kind.PERSON}
    assert {(one.kind, one.entity) for one in asked_in(folder)} <= {
        (one.kind, one.entity) for one in found.things
    }
    assert list(found.things) == list(elsewhere_of(shelf, tmp_path, package, files).things)
    assert elsewhere_of(tmp_path / "none", tmp_path, package, files).things == ()
    (tmp_path / INDEX).write_bytes(b"no database" * 1000)
    broken = elsewhere_of(shelf, tmp_path, package, files)
    assert (broken.things, broken.left_out) == ((), 2)


def test_one_thing_can_be_asked_for_by_its_name(folders):
    observed, series = tables(folders["CART-26-0002"])
    (found,) = asked_for("nc-200-03", observed, series)
    assert (found.kind, found.exceptions) == (Kind.EQUIPMENT, ())
    assert asked_for("nothing", observed, series) == ()
    nothing = QualityException("X-1", "comment", blocking=False, message="fine")
    assert asked_of((nothing,), observed, series) == ()
    assert len(asked_of_all((nothing,), observed, series)) > len(asked_of((nothing,), (), ()))
