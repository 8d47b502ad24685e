"""A package as a bag: written by us, read by the Library of Congress's own library."""

import bagit as library
import pytest

from contracts.errors import IntegrityError
from tasks.exports import bagit
from tasks.folder import findings_in
from tasks.sound import Sound


@pytest.fixture(scope="module")
def bag(not_ready, tmp_path_factory):
    place = tmp_path_factory.mktemp("bagit") / "bag"
    bagit.write(not_ready, place)
    return place


def test_the_library_finds_it_valid(bag):
    read = library.Bag(str(bag))
    assert read.validate(processes=1)
    assert read.version_info == (1, 0)
    assert set(read.algorithms) == {"sha256", "sha512"}


def test_the_payload_is_the_package_and_verifies(bag, not_ready, snapshot):
    assert snapshot(bag / "data") == snapshot(not_ready.folder)
    assert not findings_in(bag / "data")


def test_what_is_said_of_it_names_no_person(bag, not_ready):
    info = library.Bag(str(bag)).info
    assert info["External-Identifier"] == "CART-26-0002 evaluation 1"
    assert info["Internal-Sender-Identifier"] == f"root {not_ready.manifest.root}"
    assert not [name for name in info if name.startswith("Contact")]


def test_equal_packages_give_equal_bags(bag, not_ready, tmp_path, snapshot):
    bagit.write(not_ready, tmp_path / "bag")
    assert snapshot(tmp_path / "bag") == snapshot(bag)


def test_a_changed_file_is_seen_by_the_library(not_ready, tmp_path):
    bagit.write(not_ready, tmp_path / "bag")
    with (tmp_path / "bag" / "data" / "verdicts.json").open("ab") as file:
        file.write(b" ")
    with pytest.raises(library.BagValidationError):
        library.Bag(str(tmp_path / "bag")).validate(processes=1)


def test_a_member_that_is_another_one_makes_no_bag(not_ready, tmp_path):
    def read(path):
        if path == "README.txt":
            raise IntegrityError("a file that is not the one its package was made with")
        return not_ready.read(path)

    with pytest.raises(IntegrityError):
        bagit.write(Sound(not_ready.folder, not_ready.manifest, read), tmp_path / "bag")
