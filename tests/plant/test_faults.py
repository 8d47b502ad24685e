"""Every fault, seen on the wire; and that it hurts nobody but its own source and batch."""

import json

import pytest
from lxml import etree

from infra.plant.faults import FAULTS, chosen

RECORD = "/batches/CART-26-0001/record"
API = "/senaite/@@API/senaite/v1"
ANALYSES = f"{API}/analysis?getRequestID=DP-0001&complete=yes"
SAMPLES = f"{API}/analysisrequest?getBatchID=CART-26-0001&complete=yes"


PROMISED = """
mes-timeout mes-500-twice mes-cut-midway mes-redirect mes-truncated-xml mes-malformed-xml
mes-invalid-xml mes-dtd-bomb lims-duplicate-keys lims-nan lims-wrong-type lims-missing-page
lims-repeated-page lims-500-twice lims-down lims-unknown-unit lims-naive-time
lims-duplicate-sample opcua-node-gone opcua-down
"""


def test_the_faults_are_those_that_were_promised():
    assert [fault.name for fault in FAULTS] == PROMISED.split()


def test_mes_timeout(in_process):
    assert in_process(("mes-timeout",), RECORD) == [None, None, None]


@pytest.mark.parametrize(
    ("name", "path"), [("mes-500-twice", RECORD), ("lims-500-twice", ANALYSES)]
)
def test_500_twice(in_process, name, path):
    assert [status for status, _, _ in in_process((name,), path)] == [500, 500, 200]


def test_mes_cut_midway(in_process):
    _, headers, body = in_process(("mes-cut-midway",), RECORD)[0]
    assert len(body) == int(headers["Content-Length"]) // 2


def test_mes_redirect(in_process):
    status, headers, _ = in_process(("mes-redirect",), RECORD)[0]
    assert status == 302
    assert headers["Location"] == f"http://mes.elsewhere.example{RECORD}"


@pytest.mark.parametrize("name", ["mes-truncated-xml", "mes-malformed-xml"])
def test_mes_not_well_formed(in_process, name):
    status, headers, body = in_process((name,), RECORD)[0]
    assert (status, len(body)) == (200, int(headers["Content-Length"]))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


def test_mes_invalid_xml(in_process):
    body = in_process(("mes-invalid-xml",), RECORD)[0][2]
    etree.fromstring(body)
    assert body.count(b"Procedural Wish") == 1


def test_mes_dtd_bomb(in_process):
    body = in_process(("mes-dtd-bomb",), RECORD)[0][2]
    assert body.startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE BatchProductionRecord"
    )
    assert body.count(b"&e;") == 1
    with pytest.raises(etree.XMLSyntaxError, match="amplification"):
        etree.fromstring(body)


def test_lims_duplicate_keys(in_process):
    body = in_process(("lims-duplicate-keys",), ANALYSES)[0][2]
    pairs = []
    json.loads(body, object_pairs_hook=lambda found: pairs.append([key for key, _ in found]))
    assert [keys.count("Result") for keys in pairs if keys.count("Result") > 1] == [2]


def test_lims_nan(in_process):
    assert in_process(("lims-nan",), ANALYSES)[0][2].count(b'"Result": NaN') == 1


def test_lims_wrong_type(in_process):
    items = json.loads(in_process(("lims-wrong-type",), ANALYSES)[0][2])["items"]
    assert [type(one["Result"]) for one in items].count(float) == 1


@pytest.mark.parametrize("page", [0, 5])
def test_lims_missing_page(in_process, page):
    listed = json.loads(
        in_process(("lims-missing-page",), f"{ANALYSES}&limit=5&b_start={page}")[0][2]
    )
    assert (listed["count"], len(listed["items"])) == (16, 0 if page else 5)


def test_lims_missing_half_of_a_single_page(in_process):
    listed = json.loads(in_process(("lims-missing-page",), ANALYSES)[0][2])
    assert (listed["count"], len(listed["items"])) == (16, 8)


def test_lims_repeated_page(in_process):
    first, second = (
        json.loads(in_process(("lims-repeated-page",), f"{ANALYSES}&limit=5&b_start={at}")[0][2])
        for at in (0, 5)
    )
    assert first["items"] == second["items"]
    assert (first["page"], second["page"]) == (1, 2)


def test_lims_repeated_item_of_a_single_page(in_process):
    items = json.loads(in_process(("lims-repeated-page",), ANALYSES)[0][2])["items"]
    assert items[0] == items[-1]
    assert len(items) == 16


def test_lims_unknown_unit(in_process):
    items = json.loads(in_process(("lims-unknown-unit",), ANALYSES)[0][2])["items"]
    units = {one["Keyword"]: one["Unit"] for one in items}
    assert units["VIAB"] == "x10^6"
    assert units["ENDO"] == "EU/mL"


def test_lims_naive_time(in_process):
    items = json.loads(in_process(("lims-naive-time",), ANALYSES)[0][2])["items"]
    times = [one["ResultCaptureDate"] for one in items if one["ResultCaptureDate"]]
    assert times
    assert not [time for time in times if time.endswith("+00:00")]


def test_lims_duplicate_sample(in_process):
    listed = json.loads(in_process(("lims-duplicate-sample",), SAMPLES)[0][2])
    assert listed["count"] == len(listed["items"]) == 4
    assert listed["items"][-1] == listed["items"][-2]


def test_a_fault_of_one_batch_leaves_the_others_alone(in_process):
    names = ("mes-malformed-xml:CART-26-0002",)
    assert b"</Evnt>" not in in_process(names, RECORD)[0][2]
    assert b"</Evnt>" in in_process(names, RECORD.replace("0001", "0002"))[0][2]


def test_a_fault_needs_an_answer_with_data(in_process):
    answers = in_process(("lims-500-twice",), ANALYSES, known=False)
    assert [json.loads(body)["count"] for _, _, body in answers] == [0, 0, 0]


def test_the_tag_that_is_gone():
    everywhere, one = chosen(("opcua-node-gone",)), chosen(("opcua-node-gone:CART-26-0002",))
    assert everywhere.tag_is_gone("BR-101.PH")
    assert not everywhere.tag_is_gone("BR-101.TEMP")
    assert one.tag_is_gone("BR-102.PH")
    assert not one.tag_is_gone("BR-101.PH")
    assert not chosen(()).tag_is_gone("BR-101.PH")


def test_a_tag_that_is_gone_for_one_batch_is_there_for_the_other_product():
    vector = chosen(("opcua-node-gone:AAV-26-0002",))
    assert vector.tag_is_gone("STR-502.PH")
    assert not vector.tag_is_gone("BR-102.PH")
