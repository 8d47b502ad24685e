"""One seed, two plants, the same bytes: every record, every LIMS answer, every history page."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime

import pytest
from asyncua import Client, ua

from infra.plant.batches import AAV_BATCHES, CAR_T_BATCHES, SEED, STORIES
from infra.plant.laboratory import samples
from infra.plant.lims_server import lims_objects
from infra.plant.record import batch_record
from infra.plant.sensors import plant_history

RECORDS = {
    "car-t": "d1bdc325b0953c7f23d878acdd0d0d6db301bb62c595c8743a246ebf09d59427",
    "aav": "f29aa817b7003768cb731129869877de9d9c8c1034d25e7e5c469b62146a8bc7",
}
HISTORY = {
    "car-t": "bfd50c80840f6284f2a5674cf3ccb62a468bb1729bef570a42a60ca5a2e02019",
    "aav": "bc9070de2626b757c300b065fbdb744f7ad1bb7a7c057378d24b5e4f202a863a",
}
LABORATORY = {
    "car-t": "880bfd4434ba07df1b74200fda49751d049c36a068dff87740e78e7a64b8603f",
    "aav": "946c2af0ed7d2e0f86c585b0c7189a3717d1dbedbd22c73f6f5723b403b3fb8c",
}
RESOURCES = (
    "batch",
    "analysisrequest",
    "analysis",
    "analysisspec",
    "analysisservice",
    "sampletype",
    "auditlog",
    "version",
)
TAGS = [
    *(
        f"BR-10{n}.{tag}"
        for n in (1, 2, 3, 4)
        for tag in ("TEMP", "PH", "DO", "AGIT", "CO2", "DOOR", "ALARM")
    ),
    "CRF-201.TEMP",
    "STR-502.PH",
    "TFF-21.TMP",
    "FRZ-801.TEMP",
]


@pytest.fixture
def undecoded(monkeypatch):
    """Leave history data as bytes: the client then hands over what came over the wire."""
    monkeypatch.delitem(
        ua.extension_objects_by_typeid,
        ua.NodeId(ua.ObjectIds.HistoryData_Encoding_DefaultBinary),
    )


def record_digests(plant):
    return [hashlib.sha256(plant.record(story.batch)).hexdigest() for story in STORIES]


def lims_digests(plant):
    found = {}
    for resource in RESOURCES:
        for complete in ("yes", "no"):
            answer = plant.lims(resource, complete=complete)
            for page in range(answer.get("pages", 1)):
                body = plant.lims_bytes(resource, complete=complete, b_start=page * 25)
                found[resource, complete, page] = hashlib.sha256(body).hexdigest()
    return found


def history_digests(plant):
    async def pages():
        found = {}
        async with Client(plant.url("equipment")) as client:
            for tag in TAGS:
                continuation = None
                details = ua.ReadRawModifiedDetails(
                    IsReadModified=False,
                    StartTime=datetime(2026, 3, 1, tzinfo=UTC),
                    EndTime=datetime(2026, 3, 24, tzinfo=UTC),
                )
                while True:
                    node = client.get_node(f"ns=2;s={tag}")
                    result = await node.history_read(details, continuation)
                    body = result.HistoryData.Body
                    found[tag, continuation] = hashlib.sha256(body).hexdigest()
                    continuation = result.ContinuationPoint
                    if continuation is None:
                        break
        return found

    return asyncio.run(pages())


def test_batch_records(plant, twin):
    assert record_digests(plant) == record_digests(twin)


def test_lims_answers(plant, twin):
    found = lims_digests(plant)
    assert found == lims_digests(twin)
    assert len(found) > 30


@pytest.mark.usefixtures("undecoded")
def test_history_pages(plant, twin):
    found = history_digests(plant)
    assert found == history_digests(twin)
    assert len(found) > 90


def test_no_answer_names_a_port_or_a_machine(plant):
    for story in STORIES:
        assert b"127.0.0.1" not in plant.record(story.batch)
    assert b"127.0.0.1" not in plant.lims_bytes("analysis", complete="yes", limit=500)


def test_the_bytes_are_those_that_were_reviewed():
    """The digests of the default seed; they change only when the demo is changed on purpose."""
    for product, stories in (("car-t", CAR_T_BATCHES), ("aav", AAV_BATCHES)):
        records = hashlib.sha256(b"".join(batch_record(story, SEED) for story in stories))
        taken = tuple((story, samples(story, SEED)) for story in stories)
        objects = json.dumps([one.content for one in lims_objects(taken, SEED)])
        history = hashlib.sha256()
        for series in plant_history(stories, SEED):
            for part in (series.times, series.values, series.statuses):
                history.update(part.tobytes())
        assert records.hexdigest() == RECORDS[product]
        assert hashlib.sha256(objects.encode()).hexdigest() == LABORATORY[product]
        assert history.hexdigest() == HISTORY[product]


def test_another_seed_tells_the_same_stories_with_other_numbers():
    ours, other = batch_record(STORIES[0], SEED), batch_record(STORIES[0], SEED + 1)
    assert ours != other
