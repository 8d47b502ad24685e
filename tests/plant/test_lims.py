"""The LIMS: SENAITE's envelope and traps, and the story of each batch."""

import json
from decimal import Decimal

import pytest

from infra.plant.batches import CAR_T_BATCHES, SEED
from infra.plant.entries import values

BATCHES = [story.batch for story in CAR_T_BATCHES]
DRUG_PRODUCT = "CAR-T drug product"


def samples(plant, batch, **query):
    return plant.lims("analysisrequest", getBatchID=batch, complete="yes", **query)["items"]


def drug_product(plant, batch):
    (one,) = [s for s in samples(plant, batch) if s["SampleTypeTitle"] == DRUG_PRODUCT]
    return one


def analyses(plant, sample):
    return plant.lims("analysis", parent_uid=sample["uid"], complete="yes")["items"]


def by_keyword(plant, batch, keyword):
    found = analyses(plant, drug_product(plant, batch))
    return [one for one in found if one["Keyword"] == keyword]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_without_the_token_there_seems_to_be_nothing(plant, token):
    status, body, _ = plant.lims_answer("analysisrequest", token=token)
    assert status == 200
    assert json.loads(body)["count"] == 0
    assert json.loads(body)["items"] == []


def test_an_unknown_filter_is_ignored(plant):
    everything = plant.lims("analysis")["count"]
    assert plant.lims("analysis", batch="CART-26-0001")["count"] == everything
    assert plant.lims("analysis", getRequestID="DP-0001")["count"] == 16 < everything


def test_pages(plant):
    first = plant.lims("analysis")
    assert (first["page"], first["pagesize"], first["previous"]) == (1, 25, None)
    assert first["pages"] > 2
    assert first["next"].startswith("http://lims.demo.example/senaite/@@API/senaite/v1/analysis?")
    uids = []
    for page in range(first["pages"]):
        uids += [one["uid"] for one in plant.lims("analysis", b_start=page * 25)["items"]]
    assert len(uids) == len(set(uids)) == first["count"]
    last = plant.lims("analysis", b_start=(first["pages"] - 1) * 25)
    assert last["next"] is None
    assert last["previous"] is not None


def test_lists_are_projections_unless_complete(plant):
    listed = plant.lims("analysis", limit=1)["items"][0]
    complete = plant.lims("analysis", limit=1, complete="yes")["items"][0]
    assert "Result" not in listed
    assert {"getResult", "getKeyword", "uid"} <= set(listed) < set(complete)
    assert {"Result", "RetestOf", "StringResult", "DetectionLimitOperand"} <= set(complete)


def test_one_object_by_its_uid_and_none(plant):
    uid = drug_product(plant, BATCHES[0])["uid"]
    assert plant.lims(f"analysisrequest/{uid}")["items"][0]["ClientSampleID"] == "COI-7K4M-0001"
    assert plant.lims("analysisrequest/0000")["message"] == "No object found"
    assert plant.lims("nonsense")["message"] == "Not Found"
    assert plant.lims("version")["version"] == "2.6.0"


def test_children_come_along_when_asked_for(plant):
    (item,) = plant.lims("analysisrequest", id="DP-0002", children="yes", complete="yes")["items"]
    assert item["children_count"] == len(item["children"]) == len(item["Analyses"]) == 17


@pytest.mark.parametrize("batch", BATCHES)
def test_every_batch_has_three_samples(plant, batch):
    kinds = [one["SampleTypeTitle"] for one in samples(plant, batch)]
    assert kinds == ["CAR-T apheresis", "CAR-T in-process", DRUG_PRODUCT]
    (held,) = plant.lims("batch", BatchID=batch, complete="yes")["items"]
    assert {one["getBatchUID"] for one in samples(plant, batch)} == {held["uid"]}


@pytest.mark.parametrize("batch", BATCHES)
def test_no_analyst_verifies_their_own_result(plant, batch):
    for sample in samples(plant, batch):
        for one in analyses(plant, sample):
            assert one["getSubmittedBy"] not in one["getVerificators"]
            assert one["Result"] is None or isinstance(one["Result"], str)
            assert (one["ResultCaptureDate"] or "+00:00").endswith("+00:00")


def test_sterility_of_the_first_batch_is_pending(plant):
    (sterility,) = by_keyword(plant, BATCHES[0], "STER")
    assert (sterility["review_state"], sterility["Result"]) == ("assigned", None)
    others = [one for one in analyses(plant, drug_product(plant, BATCHES[0])) if one != sterility]
    assert len(others) == 15
    assert all(one["review_state"] == "verified" and one["Result"] for one in others)


def test_a_retracted_result_of_the_first_batch_stays_listed(plant):
    (sample,) = [s for s in samples(plant, BATCHES[0]) if s["id"].startswith("IP")]
    wrong, right = [one for one in analyses(plant, sample) if one["Keyword"] == "CD3"]
    assert wrong["review_state"] == "retracted"
    assert right["review_state"] == "published"
    assert right["RetestOf"]["uid"] == wrong["uid"]


def test_viability_of_the_second_batch_was_tested_again(plant):
    original, retest = by_keyword(plant, BATCHES[1], "VIAB")
    assert (original["Result"], retest["Result"]) == ("76.3", "84.1")
    assert original["review_state"] == retest["review_state"] == "verified"
    assert original["RetestOf"] == {}
    assert retest["RetestOf"]["uid"] == retest["getRetestOfUID"] == original["uid"]
    assert original["ResultCaptureDate"] < retest["ResultCaptureDate"]
    assert by_keyword(plant, BATCHES[1], "STER")[0]["Result"] == "No growth"


def test_the_third_batch_lacks_a_test_and_has_censored_results(plant):
    assert by_keyword(plant, BATCHES[2], "RCL") == []
    (endotoxin,) = by_keyword(plant, BATCHES[2], "ENDO")
    assert (endotoxin["Result"], endotoxin["StringResult"]) == ("<0.5", True)
    (b_cells,) = by_keyword(plant, BATCHES[2], "BCELL")
    assert (b_cells["Result"], b_cells["DetectionLimitOperand"]) == ("0.01", "<")


def test_the_drug_product_of_the_fourth_batch_has_another_identity(plant):
    identities = [one["ClientSampleID"] for one in samples(plant, BATCHES[3])]
    assert identities == ["COI-7K4M-0004", "COI-7K4M-0004", "COI-7K4M-0009"]


def test_a_foreign_batch_was_invalidated(plant):
    listed = samples(plant, "CART-25-0093")
    invalid, copy = listed[-2:]
    assert invalid["review_state"] == "invalid"
    assert copy["Invalidated"]["uid"] == invalid["uid"]
    assert {one["review_state"] for one in analyses(plant, copy)} == {"unassigned"}
    assert all(one["Result"] for one in analyses(plant, copy))


def test_the_dose_follows_from_fill_viability_and_car_fraction(plant):
    found = {
        one["Keyword"]: one["Result"] for one in analyses(plant, drug_product(plant, BATCHES[0]))
    }
    # two bags of about 20 mL with about 20 x 10^6/mL, three quarters recovered after thawing
    about = 2 * 20 * 20 * 0.757 * float(found["VIAB"]) * float(found["CARPOS"]) / 10_000
    assert abs(float(found["DOSE"]) - about) < 0.1 * about


@pytest.mark.parametrize("story", CAR_T_BATCHES, ids=lambda story: story.batch)
def test_extractable_volume_is_a_little_less_than_was_filled(plant, story):
    (volume,) = by_keyword(plant, story.batch, "EXVOL")
    assert Decimal(volume["Result"]) == Decimal(values(story, SEED)["FOR_VOL"]) - Decimal("0.3")
    assert volume["Unit"] == "mL"


def test_the_audit_trail_of_a_sample(plant):
    sample = drug_product(plant, BATCHES[1])
    trail = plant.lims("auditlog", uid=sample["uid"], limit=200)
    assert trail["count"] == 2 + 1 + 17 * 3  # the sample's own, then three for each analysis
    (retest,) = [one for one in analyses(plant, sample) if one["RetestOf"]]
    actions = plant.lims("auditlog", uid=retest["uid"])["items"]
    assert [one["action"] for one in actions] == ["create", "submit", "verify"]
    assert actions[1]["diff"]["Result"] == [None, "84.1"]


def test_specifications_are_listed_with_their_ranges(plant):
    specs = plant.lims("analysisspec", complete="yes")["items"]
    assert len(specs) == 6  # three kinds of sample of each product
    (release,) = [one for one in specs if one["title"].startswith(DRUG_PRODUCT)]
    ranges = {one["keyword"]: one for one in release["ResultsRange"]}
    assert ranges["VIAB"]["min"] == "80.0"
    assert (ranges["ENDO"]["max"], ranges["ENDO"]["max_operator"]) == ("5.0", "lt")
