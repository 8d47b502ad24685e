"""The MES's list of batches is read strictly: a faulty entry is named and stops no other."""

import json

import pytest

from contracts.errors import UnreadableError
from contracts.sources.batch_list import read_batch_list
from tasks.site import load_site
from tasks.sources.batch_record import batches

DONE = {
    "batch": "CART-26-0001",
    "product": "car-t-autologous",
    "state": "Completed",
    "completed_at": "2026-03-14T10:00:00+01:00",
}
RUNNING = DONE | {"batch": "CART-26-0009", "state": "Running", "completed_at": None}


def test_only_completed_batches_are_named_each_once():
    found = read_batch_list(json.dumps([DONE, RUNNING, DONE]).encode())
    assert (found.completed, found.faults) == (("CART-26-0001",), ())


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (DONE | {"more": "1"}, "other members"),
        ({"batch": "CART-26-0001"}, "other members"),
        (DONE | {"batch": "../etc"}, "cannot be a batch's number"),
        (DONE | {"batch": "<img src=x>"}, "cannot be a batch's number"),
        (DONE | {"batch": 7}, "no text"),
        (DONE | {"state": "Released"}, "Released"),
        (DONE | {"completed_at": None}, "without a time"),
        (DONE | {"completed_at": "2026-03-14T10:00:00"}, "zone"),
        ("CART-26-0001", "other members"),
    ],
)
def test_a_faulty_entry_is_named_and_the_others_stay(entry, word):
    found = read_batch_list(json.dumps([entry, DONE | {"batch": "B"}]).encode())
    assert found.completed == ("B",)
    assert len(found.faults) == 1
    assert word in found.faults[0]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'"x"', b"[1, 2", b'[{"batch": 1, "batch": 2}]', b"\xff"]
)
def test_what_is_no_list_is_refused(body):
    with pytest.raises(UnreadableError):
        read_batch_list(body)


def test_the_demo_mes_is_asked(plant):
    found = batches(load_site(plant.site).sources["batch_record"])
    assert "CART-26-0001" in found.completed
    assert found.faults == ()
