"""An evaluation as OpenLineage events, for catalogues that follow which data made which.

Two events (START, COMPLETE) of one run, a JSON record a line. Inputs are the captures of each
source, the output is the package, and each criterion is a column that comes from the columns it was
judged on. No value and no person is in them: a catalogue needs neither. Their size follows from the
number of criteria, not from the number of readings.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    dataset_version_dataset,
    input_statistics_input_dataset,
    job_type_job,
    output_statistics_output_dataset,
    schema_dataset,
    tags_run,
    test_run,
)
from openlineage.client.serde import Serde

from contracts.evidence import Capture
from contracts.manifest import EVALUATION, SOURCES
from contracts.observation import Observation
from contracts.opened import Opened
from contracts.readiness import required
from contracts.verdict import Outcome
from tasks.exports.whole import write_lines
from tasks.sound import Sound

PRODUCER: Final = "urn:batchproof"
_STATUS: Final = {
    Outcome.MET: "pass",
    Outcome.NOT_APPLICABLE: "skip",
    Outcome.NOT_MET: "fail",
}
"""The facet's own words. What is lacking is `fail` where it is required, and else `skip`."""


def write(sound: Sound, place: Path) -> None:
    """Write the events, one canonical JSON record a line.

    Raises:
        IntegrityError, NotFoundError: the package is not what it says.
    """
    write_lines(place, [json.loads(Serde.to_json(event)) for event in events(sound)])


def events(sound: Sound) -> tuple[RunEvent, RunEvent]:
    """Return the two events; the run's id is a UUIDv5 (RFC 9562, 5.5) of the package's root."""
    package = sound.opened()
    at = str(sound.record(EVALUATION)["judged_at"])
    site = package.context.get("site", "site")
    run = str(uuid5(NAMESPACE_URL, f"urn:batchproof:package:{sound.manifest.root}"))
    job = Job(
        f"{PRODUCER}:{site}",
        f"evaluate.{package.context.get('product', 'product')}.{package.stage}",
        {
            "jobType": job_type_job.JobTypeJobFacet(
                "BATCH", "BATCHPROOF", "EVALUATION", producer=PRODUCER
            )
        },
    )
    inputs = [_input(package, job.namespace, source) for source in _sources(package)]
    start = RunEvent(
        eventTime=at,
        producer=PRODUCER,
        run=Run(run),
        job=job,
        eventType=RunState.START,
        inputs=inputs,
    )
    complete = RunEvent(
        eventTime=at,
        producer=PRODUCER,
        run=Run(run, {"tags": _tags(package), "test": _tests(package)}),
        job=job,
        eventType=RunState.COMPLETE,
        inputs=inputs,
        outputs=[_output(sound, package, job.namespace)],
    )
    return start, complete


def _sources(package: Opened) -> Iterator[str]:
    found = {one.source for one in package.captured}
    yield from (source for source in SOURCES if source in found)


def _input(package: Opened, namespace: str, source: str) -> InputDataset:
    captures = list(package.asked(source))
    fields = sorted({_column(one) for one in _leaves(package) if one.source == source})
    if source == "equipment":
        fields = sorted({page.tag for page in package.series})
    return InputDataset(
        namespace,
        _dataset(package, source),
        facets={
            "schema": _schema(fields),
            "version": dataset_version_dataset.DatasetVersionDatasetFacet(
                _version(captures), producer=PRODUCER
            ),
        },
        inputFacets={
            "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
                size=sum(one.size for one in captures),
                fileCount=len(captures),
                producer=PRODUCER,
            )
        },
    )


def _output(sound: Sound, package: Opened, namespace: str) -> OutputDataset:
    version = dataset_version_dataset.DatasetVersionDatasetFacet
    statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet
    members = sound.manifest.members
    return OutputDataset(
        namespace,
        f"{package.batch}/{package.stage}/{package.number}",
        facets={
            "columnLineage": _columns(package, namespace),
            "schema": _schema(list(package.verdicts)),
            "version": version(sound.manifest.root, producer=PRODUCER),
        },
        outputFacets={
            "outputStatistics": statistics(
                rowCount=len(package.verdicts),
                size=sum(one.size for one in members),
                fileCount=len(members),
                producer=PRODUCER,
            )
        },
    )


def _columns(package: Opened, namespace: str) -> column_lineage_dataset.ColumnLineageDatasetFacet:
    """Return which columns of the sources each criterion's verdict rests on."""
    fields = {}
    for criterion in package.verdicts:
        origins = []
        for source, column, how in _origins(package, criterion):
            by = column_lineage_dataset.Transformation(
                "DIRECT", how, "judged by both judges", masking=False
            )
            origins.append(
                column_lineage_dataset.InputField(
                    namespace, _dataset(package, source), column, [by]
                )
            )
        fields[criterion] = column_lineage_dataset.Fields(origins)
    return column_lineage_dataset.ColumnLineageDatasetFacet(fields, producer=PRODUCER)


def _schema(columns: list[str]) -> schema_dataset.SchemaDatasetFacet:
    named = [schema_dataset.SchemaDatasetFacetFields(column) for column in columns]
    return schema_dataset.SchemaDatasetFacet(named, producer=PRODUCER)


def _tests(package: Opened) -> test_run.TestRunFacet:
    criteria = {one.id: one for one in package.criteria}
    tests = []
    for name, verdict in package.verdicts.items():
        needed = required(criteria[name], package.stage)
        lacking = "fail" if needed else "skip"
        tests.append(
            test_run.TestExecution(
                name,
                _STATUS.get(verdict.outcome, lacking),
                severity="error" if needed or verdict.outcome is Outcome.NOT_MET else "warn",
                type=criteria[name].attribute_class.value,
                description=criteria[name].title,
                expected=verdict.limit or None,
                params={"outcome": verdict.outcome.value},
            )
        )
    return test_run.TestRunFacet(tests, producer=PRODUCER)


def _tags(package: Opened) -> tags_run.TagsRunFacet:
    """Return the readiness, which is no disposition: people release."""
    told = {
        "readiness": package.readiness,
        "stage": package.stage.value,
        "strategy": package.strategy,
    }
    return tags_run.TagsRunFacet(
        [tags_run.TagsRunFacetFields(key, text, "BATCHPROOF") for key, text in told.items()],
        producer=PRODUCER,
    )


def _origins(package: Opened, criterion: str) -> list[tuple[str, str, str]]:
    """Return source, column and kind of transformation of everything a verdict rests on."""
    found: dict[tuple[str, str, str], None] = {}
    waiting = [(name, "IDENTITY") for name in package.verdicts[criterion].observations]
    while waiting:
        name, how = waiting.pop()
        one = package.observations.get(name)
        if name.startswith("series:"):
            tag = name.removeprefix("series:").split("[", 1)[0]
            found["equipment", tag, "AGGREGATION"] = None
        elif one is not None and one.origin.derived_from:
            waiting += [(inner, "TRANSFORMATION") for inner in one.origin.derived_from]
        elif one is not None:
            found[one.source, _column(one), how] = None
    return sorted(found)


def _leaves(package: Opened) -> Iterator[Observation]:
    for one in package.observations.values():
        if not one.origin.derived_from:
            yield one


def _column(one: Observation) -> str:
    return f"{one.step}/{one.characteristic}"


def _dataset(package: Opened, source: str) -> str:
    return f"{package.batch}/captures/{source}"


def _version(captures: list[Capture]) -> str:
    """Return one digest that stands for these captures in the order they were taken."""
    return sha256("\n".join(one.digest for one in captures).encode()).hexdigest()
