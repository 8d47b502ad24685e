"""Both products through the real doors: fetched from the plant, read by contract, nothing lost."""

from datetime import UTC, datetime

import pytest

from contracts.evidence import Capture, digest_of
from contracts.observation import Awaited, Bound, Moment, Status, Text
from contracts.reading import FIELD
from infra.plant.batches import STORIES
from tasks import reading
from tasks.site import load_site
from tasks.sources import batch_record, lims

FETCH = {"batch_record": batch_record.fetch, "lims": lims.fetch}
BATCHES = [story.batch for story in STORIES]


@pytest.fixture(scope="session")
def read(plant):
    """Read one source of one batch of the running plant."""
    site = load_site(plant.directory / "site.yaml")

    def ask(source, batch):
        stated = site.sources[source]
        captured = [
            (
                Capture(
                    digest=digest_of(one.body),
                    size=len(one.body),
                    source=source,
                    system=stated.kind,
                    request=one.request,
                    media_type=one.media_type,
                    headers=one.headers,
                    contract=reading.contract_of(source).name,
                    captured_at=datetime(2026, 3, 24, 6, tzinfo=UTC),
                ),
                one.body,
            )
            for one in FETCH[source](stated, batch)
        ]
        return reading.read(source, captured, batch, stated.time_zone)

    return ask


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("source", FETCH)
def test_nothing_that_a_reviewer_must_hear_of_is_left_unread(read, source, batch):
    got = read(source, batch)
    assert {one.kind for one in got.unread} == {FIELD}
    assert len(got.observations) > 20


def of(reading_, characteristic, step=""):
    return [
        one
        for one in reading_.observations
        if one.characteristic == characteristic and one.step.startswith(step)
    ]


def test_the_interim_sterility_of_the_vector_is_preliminary_and_said_as_written(read):
    got = read("lims", "AAV-26-0001")
    (sterility,) = of(got, "sterility")
    assert sterility.value == Text("Negative to date, day 10")
    assert sterility.status is Status.PRELIMINARY
    (virus,) = of(got, "adventitious_viruses")
    assert isinstance(virus.value, Awaited)
    (other,) = of(read("lims", "AAV-26-0002"), "sterility")
    assert (other.as_written, other.status) == ("No growth", Status.FINAL)


@pytest.mark.parametrize("batch", ["AAV-26-0001", "AAV-26-0002"])
def test_three_replicates_a_mean_and_what_is_below_its_limit(read, batch):
    got = read("lims", batch)
    replicates = of(got, "vector_genome_titre", "release_testing")
    assert [dict(one.qualifiers)["replicate"] for one in replicates] == ["1", "2", "3"]
    assert {one.retest_of for one in replicates} == {""}
    assert len(of(got, "vector_genome_titre_reported")) == 1
    for characteristic in ("residual_nuclease", "replication_competent_aav"):
        (one,) = of(got, characteristic)
        assert one.value.bound is Bound.BELOW


@pytest.mark.parametrize("batch", BATCHES)
def test_every_lot_was_used_before_it_expired(read, batch):
    expiries = of(read("batch_record", batch), "material_expiry")
    assert len(expiries) >= 6
    for one in expiries:
        assert isinstance(one.value, Moment)
        assert one.subject.kind == "material_lot"
        assert one.occurred_at < one.value.moment


@pytest.mark.parametrize("batch", ["CART-26-0001", "CART-26-0003"])
def test_what_a_dose_is_judged_by_is_on_record(read, batch):
    record = read("batch_record", batch)
    (weight,) = of(record, "body_weight", "apheresis_receipt")
    (cohort,) = of(record, "indication_cohort", "apheresis_receipt")
    assert (weight.unit, cohort.unit) == ("kg", "1")
    assert len(of(record, "dose_volume", "formulation")) == 1
    assert len(of(read("lims", batch), "car_positive_viable_cells")) == 1
