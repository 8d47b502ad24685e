"""The equipment: what a stock OPC UA client reads, and how the server pages it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from asyncua import Client, ua

from infra.plant.batches import CAR_T_BATCHES, SEED, STORIES
from infra.plant.schedule import schedule, step
from infra.plant.sensors import plant_history

BEFORE, AFTER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 24, tzinfo=UTC)


@pytest.fixture(scope="session")
def recorded():
    return {series.tag: series for series in plant_history(STORIES, SEED)}


def ask(plant, question):
    """Return what a question to a connected client answers."""

    async def connected():
        async with Client(plant.url("equipment")) as client:
            return await question(client)

    return asyncio.run(connected())


async def read(client, tag, start=BEFORE, end=AFTER, **more):
    index = await client.get_namespace_index("urn:batchproof:demo-plant")
    return await client.get_node(f"ns={index};s={tag}").read_raw_history(start, end, **more)


async def low_level(client, tag, continuation=None, *, values=0):
    node = client.get_node(f"ns=2;s={tag}")
    details = ua.ReadRawModifiedDetails(
        IsReadModified=False, StartTime=BEFORE, EndTime=AFTER, NumValuesPerNode=values
    )
    return await node.history_read(details, continuation)


@pytest.mark.parametrize("story", CAR_T_BATCHES, ids=lambda story: story.batch)
def test_every_batch_has_at_least_200_000_readings_in_its_expansion(recorded, story):
    expansion = step(schedule(story, SEED), "expansion")
    low, high = (int(at.timestamp() * 1000) for at in (expansion.start, expansion.end))
    found = sum(
        int(((series.times >= low) & (series.times <= high)).sum())
        for tag, series in recorded.items()
        if tag.startswith(story.bioreactor)
    )
    assert found > 200_000


@pytest.mark.parametrize("tag", ["BR-101.TEMP", "BR-102.PH", "BR-103.DOOR", "CRF-201.TEMP"])
def test_a_stock_client_reads_the_same_readings(plant, recorded, tag):
    series = recorded[tag]
    found = ask(plant, lambda client: read(client, tag))
    assert len(found) == series.times.size
    assert [round(one.SourceTimestamp.timestamp() * 1000) for one in found] == series.times.tolist()
    assert [one.StatusCode.value for one in found] == series.statuses.tolist()
    for one, value in zip(found, series.values.tolist(), strict=True):
        assert (
            (one.Value is None or one.Value.Value is None)
            if np.isnan(value)
            else (one.Value.Value == value)
        )


def test_namespace_and_types(plant):
    async def question(client):
        names = await client.get_namespace_array()
        door = await client.get_node("ns=2;s=BR-104.DOOR").read_data_type_as_variant_type()
        equipment = await client.nodes.objects.get_children()
        return names[2], door, {node.nodeid.Identifier for node in equipment}

    name, door, equipment = ask(plant, question)
    assert name == "urn:batchproof:demo-plant"
    assert door == ua.VariantType.Boolean
    assert {"BR-101", "BR-102", "BR-103", "BR-104", "CRF-201"} <= equipment


def test_pages_hold_at_most_10_000_and_say_where_to_go_on(plant):
    async def question(client):
        first = await low_level(client, "BR-101.TEMP")
        again = await low_level(client, "BR-101.TEMP")
        second = await low_level(client, "BR-101.TEMP", first.ContinuationPoint)
        few = await low_level(client, "BR-101.TEMP", values=7)
        return first, again, second, few

    first, again, second, few = ask(plant, question)
    assert first.ContinuationPoint == again.ContinuationPoint == b"BR-101.TEMP:10000"
    assert second.ContinuationPoint == b"BR-101.TEMP:20000"
    pages = [len(page.HistoryData.DataValues) for page in (first, second, few)]
    assert pages == [10_000, 10_000, 7]
    last, following = first.HistoryData.DataValues[-1], second.HistoryData.DataValues[0]
    assert timedelta(0) < following.SourceTimestamp - last.SourceTimestamp < timedelta(minutes=5)


def test_a_continuation_point_of_another_tag_is_refused(plant):
    result = ask(plant, lambda client: low_level(client, "BR-101.TEMP", b"BR-101.PH:10000"))
    assert result.StatusCode.value == ua.StatusCodes.BadContinuationPointInvalid


def test_an_empty_range_is_good_and_has_no_data(plant):
    async def question(client):
        node = client.get_node("ns=2;s=BR-101.TEMP")
        details = ua.ReadRawModifiedDetails(
            IsReadModified=False,
            StartTime=datetime(2025, 1, 1, tzinfo=UTC),
            EndTime=datetime(2025, 1, 2, tzinfo=UTC),
        )
        return await node.history_read(details)

    result = ask(plant, question)
    assert result.StatusCode.value == ua.StatusCodes.GoodNoData
    assert result.HistoryData.DataValues == []
    assert result.ContinuationPoint is None


def test_an_unknown_node_and_one_without_history(plant):
    async def question(client):
        return await low_level(client, "BR-109.TEMP"), await low_level(client, "BR-101")

    unknown, folder = ask(plant, question)
    assert unknown.StatusCode.value == ua.StatusCodes.BadNodeIdUnknown
    assert folder.StatusCode.value == ua.StatusCodes.BadHistoryOperationUnsupported


def test_history_is_read_backwards_too(plant, recorded):
    latest = ask(plant, lambda client: read(client, "BR-101.TEMP", AFTER, BEFORE, numvalues=3))
    expected = recorded["BR-101.TEMP"].times[-3:][::-1].tolist()
    assert [round(one.SourceTimestamp.timestamp() * 1000) for one in latest] == expected


def test_most_readings_are_good_and_some_are_not(recorded):
    loops = [s for tag, s in recorded.items() if tag.endswith(("TEMP", "PH", "DO", "AGIT", "CO2"))]
    for series in loops:
        found = Counter(series.statuses.tolist())
        assert set(found) == {0x00000000, 0x40900000, 0x80310000}
        assert found[0x00000000] > 0.95 * series.times.size
    without_value = sum(int(np.isnan(series.values).sum()) for series in loops)
    assert without_value > 0


def test_readings_are_in_order_and_have_no_long_gap(recorded):
    for tag, series in recorded.items():
        assert (np.diff(series.times) > 0).all()
        if tag.startswith("BR-") and not series.boolean:
            assert np.diff(series.times).max() <= 10 * 60 * 1000


def test_neighbouring_readings_resemble_each_other(recorded):
    values = recorded["BR-101.TEMP"].values
    values = values[~np.isnan(values)]
    change, spread = np.abs(np.diff(values)).mean(), values.std()
    assert 0 < change < spread / 2


@pytest.mark.parametrize("number", [1, 3, 4])
def test_a_good_expansion_stays_within_its_limits(recorded, number):
    for tag, low, high in (("TEMP", 36, 38), ("PH", 6.9, 7.5), ("AGIT", 40, 120), ("DO", 30, 70)):
        values = recorded[f"BR-10{number}.{tag}"].values
        assert low <= np.nanmin(values) <= np.nanmax(values) <= high


def test_the_second_batch_was_too_warm_for_47_minutes_on_day_5(recorded):
    series = recorded["BR-102.TEMP"]
    warm = np.flatnonzero(series.values >= 38.6)
    start = step(schedule(STORIES[1], SEED), "expansion").start
    begun = datetime.fromtimestamp(series.times[warm[0]] / 1000, UTC) - start
    lasted = timedelta(milliseconds=int(series.times[warm[-1]] - series.times[warm[0]]))
    assert begun.days == 5
    assert abs(lasted - timedelta(minutes=47)) <= timedelta(seconds=30)
    assert np.nanmax(series.values) == 39.4
    assert (np.diff(warm) <= 6).all()


def test_doors_and_alarms_are_few(recorded):
    for number in (1, 2, 3, 4):
        assert 3 <= (recorded[f"BR-10{number}.DOOR"].values == 1).sum() <= 20
        assert 1 <= (recorded[f"BR-10{number}.ALARM"].values == 1).sum() <= 10


def test_the_freezer_reaches_its_end_temperature_for_every_batch(recorded):
    series = recorded["CRF-201.TEMP"]
    for story in CAR_T_BATCHES:
        run = step(schedule(story, SEED), "cryopreservation")
        low, high = (int(at.timestamp() * 1000) for at in (run.start, run.end))
        values = series.values[(series.times >= low) & (series.times <= high)]
        assert values[0] > 3
        assert np.nanmin(values) <= -90
