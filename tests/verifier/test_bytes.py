"""Forged bytes, members, tables and containers, each caught by the check that is meant for it."""

import json
import os
import struct
import zipfile

import pytest
from verifier.sealed import (
    HISTORIAN,
    LIMS,
    built,
    canon,
    hexed,
    in_folder,
    manifested,
    observation,
    tables_of,
)

from tasks import verifier

RAW = f"captures/{hexed(LIMS)}"
VERDICTS = "tables/verdicts.jsonl"


def flip(data, at=10):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_raw_bytes_of_the_same_size(world, package, caught):
    package.files[RAW] = LIMS.replace(b"91.4", b"94.1")
    checks, _ = caught(world, package)
    assert checks == {3, 5, 6, 7}  # name, quoted bytes, chunk tree, salt


@pytest.mark.parametrize("name", [VERDICTS, "README.txt", "evaluation.json"])
def test_any_member(world, package, caught, name):
    package.files[name] = flip(package.files[name], -9)
    assert 3 in caught(world, package)[0]


def test_a_verdict_with_its_digest_in_the_manifest(world, package, caught):
    package.files[VERDICTS] = package.files[VERDICTS].replace(b'"met"', b'"not"', 1)
    manifested(package)  # the tables' heads stay: they are made from the honest leaves
    checks, words = caught(world, package)
    assert 5 in checks  # the head
    assert 8 in checks  # the seal names another manifest
    assert "manifest" in words


@pytest.mark.parametrize("name", [VERDICTS, RAW, "tables/readings.index", "manifest.json"])
def test_member_lost(world, package, caught, name):
    del package.files[name]
    assert caught(world, package)[0] & {2, 3}


def test_record_lost_twice_or_out_of_order(world, package, caught):
    lines = package.files[VERDICTS].splitlines(keepends=True)
    for forged in (lines[1:], [*lines, lines[0]], lines[::-1]):
        package.files[VERDICTS] = b"".join(forged)
        manifested(package)
        assert 5 in caught(world, package)[0]


@pytest.mark.parametrize("name", ["extra.txt", "captures/note.txt", "seal/other.json", "a/b/c"])
def test_file_added(world, package, caught, name):
    package.files[name] = b"x"
    assert caught(world, package)[0] == {4}


def test_member_of_another_kind_named_by_the_manifest(world, package, caught):
    package.files["tables/run.exe"] = b"x"
    manifested(package)
    assert 4 in caught(world, package)[0]


def test_capture_that_no_record_names(world, package, caught):
    package.files[f"captures/{hexed(b'x')}"] = b"x"
    manifested(package)
    assert 6 in caught(world, package)[0]


def test_capture_under_another_name(world, package, caught):
    package.files[f"captures/{'0' * 64}"] = b"x"
    manifested(package)
    assert 3 in caught(world, package)[0]


@pytest.mark.parametrize("member", ["size", "tree"])
def test_capture_record_that_lies(world, look, member):
    tables = tables_of(1, "ready")
    record = json.loads(tables["captures"][0])
    record[member] = 7 if member == "size" else hexed(b"")
    tables["captures"][0] = canon(record)
    report = look(world, built(tables=tables))
    assert any((one.check, one.row) == (6, 1) for one in report.findings)


def test_a_place_outside_its_capture(world, look):
    tables = tables_of(1, "ready")
    record = observation("91.4", b"91.4")
    record["origin"]["places"][0]["offset"] = len(LIMS) - 2
    package = built(tables=tables)
    package.files["tables/observations.jsonl"] = canon(record) + b"\n"
    report = look(world, manifested(package))
    assert any((one.check, one.row) == (5, 1) and "quoted" in one.words for one in report.findings)


def test_index_of_readings(world, package, caught):
    data = package.files["tables/readings.index"]
    package.files["tables/readings.index"] = flip(data, 30)
    manifested(package)
    assert 5 in caught(world, package)[0]
    package.files["tables/readings.index"] = data + b"\0" * 56
    manifested(package)
    assert 5 in caught(world, package)[0]


def test_salt_that_does_not_follow_from_the_captures(world, package, caught):
    package.seed = hexed(b"x").encode()[:32]
    assert {5, 7} <= caught(world, manifested(package))[0]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'{"batch"', b'{"batch":"X","batch"', "named twice"),
        (b'{"batch"', b'{ "batch"', "spelling"),
        (b"package/3", b"package/4", "format"),
        (b'"records":5', b'"records":5.0', "canonical"),
        (b'"records":5', b'"records":6', "Checksum"),
        (b'"records":5', b'"records":99999999999999999999', "canonical"),
        (b'"checksum"', b'"checkalso":1,"checksum"', "Members"),
    ],
)
def test_manifest_in_another_spelling(world, package, caught, old, new, words):
    package.files["manifest.json"] = package.files["manifest.json"].replace(old, new, 1)
    checks, said = caught(world, package)
    assert checks == {2}
    assert words in said


def test_json_that_is_nested_without_end(world, package, caught):
    package.files["manifest.json"] = b"[" * 200_000 + b"]" * 200_000 + b"\n"
    assert caught(world, package)[0] == {2}


def test_duplicate_names_in_a_record(world, package, caught):
    lines = package.files[VERDICTS]
    package.files[VERDICTS] = lines.replace(b'"outcome"', b'"outcome":"met","outcome"', 1)
    checks, words = caught(world, manifested(package))
    assert 5 in checks
    assert "named twice: outcome" in words


def test_links_and_odd_files(world, package, tmp_path, caught):
    folder = in_folder(package.files, tmp_path / "package")
    (folder / "index.html").symlink_to("/etc/hostname")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "empty").mkdir()
    report = verifier.check_path(folder, verifier.Trust(world.trust(), given=True))
    odd = {one.member for one in report.findings if one.check == 1}
    assert odd == {"index.html", "up", "pipe", "empty/"}


def test_member_that_is_a_link_to_itself_elsewhere(world, package, tmp_path):
    folder = in_folder(package.files, tmp_path / "package")
    (folder / VERDICTS).rename(tmp_path / "moved")
    (folder / VERDICTS).symlink_to(tmp_path / "moved")
    report = verifier.check_path(folder, verifier.Trust(world.trust(), given=True))
    assert {1, 3} <= {one.check for one in report.findings}


# Zips.


def zipped(path, files, *more):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in (*files.items(), *more):
            file.writestr(name, data)
    return path


def odd_in(world, path):
    report = verifier.check_path(path, verifier.Trust(world.trust(), given=True))
    return [(one.check, one.member) for one in report.findings]


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", "C:evil", "a//evil", "./evil"]
)
def test_zip_slip(world, package, tmp_path, name):
    found = odd_in(world, zipped(tmp_path / "p.zip", package.files, (name, b"x")))
    assert [check for check, _ in found] == [1]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_zip_with_a_name_twice(world, package, tmp_path):
    found = odd_in(world, zipped(tmp_path / "p.zip", package.files, ("README.txt", b"other")))
    assert found == [(1, "README.txt")]


def test_zip_with_a_link(world, package, tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    assert odd_in(world, zipped(tmp_path / "p.zip", package.files, (link, b"/etc"))) == [
        (1, "link")
    ]


def test_zip_bomb(world, package, tmp_path):
    bomb = ("index.html", bytes(50_000_000))
    assert (1, "index.html") in odd_in(world, zipped(tmp_path / "p.zip", package.files, bomb))


def test_zip_that_declares_other_sizes(world, package, tmp_path):
    path = zipped(tmp_path / "p.zip", package.files)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"README.txt") - 46 + 24  # the directory's uncompressed size
    for size in (5, 5_000):
        data[at : at + 4] = struct.pack("<I", size)
        path.write_bytes(data)
        assert {check for check, _ in odd_in(world, path)} == {3}


def test_zip_that_is_encrypted_cut_or_none(world, package, tmp_path):
    path = zipped(tmp_path / "p.zip", package.files)
    whole = path.read_bytes()
    data = bytearray(whole)
    data[data.rindex(b"README.txt") - 46 + 8] |= 1
    path.write_bytes(data)
    assert (1, "README.txt") in odd_in(world, path)
    for cut in (whole[:-30], whole[: len(whole) // 2], b"", b"x" * 1000):
        path.write_bytes(cut)
        assert [check for check, _ in odd_in(world, path)] == [1]


def test_zip_whose_entries_overlap(world, package, tmp_path):
    path = zipped(tmp_path / "p.zip", package.files)
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    assert [check for check, _ in odd_in(world, path)] == [1]


def test_large_captures_are_hashed_in_chunks(world, look):
    assert len(HISTORIAN) > 65_536  # so that the trees above have inner nodes
    assert look(world, built()).findings[0].check == 8  # unsealed, and nothing else
