"""Whatever was changed in a package: a proof shows the value that was sealed, or there is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import BatchproofError, IntegrityError
from contracts.manifest import INDEX, MANIFEST, table_path
from contracts.prover import Prover


def proofs(package, indices):
    """Return what is proved of some readings and what is refused, by number."""
    try:
        prover = Prover(package.read, package.span)
        return {index: prover.reading(index) for index in indices}
    except IntegrityError:
        return {}


def bent(data, at, bit):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_bent_index_never_shows_another_reading(package, prover, data):
    index = package.read(INDEX)
    at, bit = data.draw(st.integers(0, len(index) - 1)), data.draw(st.integers(0, 7))
    number = data.draw(st.sampled_from([0, 255, 256, 299, 300, 449, 450, 539]))
    found = proofs(package.changed(INDEX, bent(index, at, bit)), [number])
    assert found in ({}, {number: prover.reading(number)})


@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_bent_capture_never_shows_another_reading(package, prover, data):
    number = data.draw(st.integers(0, 539))
    path = f"captures/{prover.readings.at(number).page.capture}"
    captured = package.read(path)
    at, bit = data.draw(st.integers(0, len(captured) - 1)), data.draw(st.integers(0, 7))
    found = proofs(package.changed(path, bent(captured, at, bit)), [number])
    assert found in ({}, {number: prover.reading(number)})


@pytest.mark.parametrize("cut", [0, 1, 56, 100])
def test_a_cut_index_or_capture_is_refused(package, prover, cut):
    path = f"captures/{prover.readings.at(0).page.capture}"
    assert proofs(package.changed(INDEX, package.read(INDEX)[:cut]), [0]) == {}
    assert proofs(package.changed(path, package.read(path)[:cut]), [0]) == {}


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("verdicts", b'"outcome":"not_met"', b'"outcome":"met"'),
        ("observations", b'"79.96"', b'"79.99"'),
        ("series", b'"count":150', b'"count":151'),
        ("series", b'"unit":"Cel"', b'"unit":"K"'),
        ("captures", b'"senaite"', b'"senaito"'),
    ],
)
def test_a_changed_record_is_refused(package, table, old, new):
    data = package.read(table_path(table))
    assert old in data
    changed = package.changed(table_path(table), data.replace(old, new, 1))
    prover = Prover(changed.read, changed.span)
    with pytest.raises(IntegrityError, match="the root is made of"):
        prover.readings.at(0) if table == "series" else prover.record(table, 0)


def test_a_changed_manifest_is_refused(package):
    data = package.read(MANIFEST)
    changed = package.changed(MANIFEST, data.replace(b'"records":9', b'"records":8', 1))
    with pytest.raises(IntegrityError, match="checksum or root"):
        Prover(changed.read, changed.span)


def test_a_capture_that_is_another_is_refused(package):
    path = next(path for path in package.members if package.read(path).startswith(b'{"items"'))
    changed = package.changed(path, package.read(path).replace(b"84.1", b"94.1"))
    with pytest.raises(BatchproofError, match="not what its name says"):
        Prover(changed.read, changed.span).prove("CQA-VIA-001")
