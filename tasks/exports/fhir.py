"""The analyses of a batch as a FHIR R5 bundle, in the shape of HL7 Pharmaceutical Quality.

Of its batch analysis: a medication (the batch), its product, the specification as a plan, one
observation for each result and one for each test's outcome, and a report over all. There is no
patient: the subject is the batch. Numbers stand as they were read, digit by digit (FHIR R5, 2.1.28:
a decimal's precision counts), one side of a number with its comparator, units in UCUM.
"""

import uuid
from collections.abc import Sequence
from pathlib import Path

from contracts.certified import Analysis, Result, certified
from contracts.manifest import EVALUATION
from contracts.members import text
from tasks.exports.certificate import Told, told_of
from tasks.exports.fhir_words import (
    BATCH,
    OBSERVATION,
    OUTCOME,
    PLAN,
    ROOT,
    Resource,
    action,
    code,
    goal,
    json_text,
    method,
    plain,
    recorded,
    reference_range,
)
from tasks.sound import Sound


def write(sound: Sound, place: Path) -> None:
    """Write the bundle as JSON; the same package gives the same bytes.

    Raises:
        IntegrityError: the package is not what it says.
    """
    package = sound.opened()
    tests = certified(package)
    told = told_of(sound, package, tests)
    at = text(sound.record(EVALUATION), "judged_at")
    place.write_bytes(f"{json_text(bundle(told, tests, at))}\n".encode())


def bundle(told: Told, tests: Sequence[Analysis], at: str) -> Resource:
    """Return the bundle as a record whose numbers are decimals; `at` is when it was judged, UTC."""
    entries = _Entries(told, at)
    entries.specified(tests)
    entries.report([entries.tested(one) for one in tests])
    return {
        "resourceType": "Bundle",
        "id": entries.uuid("Bundle"),
        "identifier": {"system": ROOT, "value": told.root},
        "type": "collection",
        "timestamp": at,
        "entry": entries.found,
    }


class _Entries:
    """The bundle's entries; their ids follow from the package's root."""

    def __init__(self, told: Told, at: str) -> None:
        self.told, self.at = told, at
        self.found: list[Resource] = []
        self._results: dict[str, Resource] = {}
        self._ranges: dict[str, list[Resource]] = {}
        self._site = self._add(
            {
                "resourceType": "Organization",
                "id": self.uuid("Organization"),
                "name": told.site or "site not on record",
            }
        )
        self._product = self._add(
            {
                "resourceType": "MedicinalProductDefinition",
                "id": self.uuid("MedicinalProductDefinition"),
                "name": [{"productName": told.product}],
            }
        )
        self._batch = self._add(
            {
                "resourceType": "Medication",
                "id": self.uuid("Medication"),
                "identifier": [{"system": BATCH, "value": told.batch}],
                "code": {"text": told.product},
                "batch": {"lotNumber": told.batch},
                "definition": self._product,
            }
        )

    def uuid(self, name: str) -> str:
        """Return the id of a resource: the same for the same package."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ROOT}:{self.told.root}/{name}"))

    def _add(self, resource: Resource) -> Resource:
        """Add a resource and return a reference to it."""
        full = f"urn:uuid:{resource['id']}"
        self.found.append({"fullUrl": full, "resource": resource})
        return {"reference": full}

    def specified(self, tests: Sequence[Analysis]) -> None:
        """Add the specification: each test with its acceptance criterion as a goal."""
        self._add(
            {
                "resourceType": "PlanDefinition",
                "id": self.uuid("PlanDefinition"),
                "identifier": [
                    {"system": "urn:batchproof:strategy", "value": self.told.strategy_digest}
                ],
                "title": self.told.strategy,
                "type": {"coding": [{"system": PLAN, "code": "workflow-definition"}]},
                "status": "active",
                "subjectReference": self._product,
                "date": self.told.in_force_on,
                "goal": [goal(one) for one in tests],
                "action": [action(one) for one in tests],
            }
        )

    def tested(self, test: Analysis) -> Resource:
        """Add a test's results and its outcome, and return a reference to the outcome."""
        results = [self._result(test, one) for one in test.results]
        outcome: Resource = {
            "resourceType": "Observation",
            "id": self.uuid(f"verdict/{test.criterion.id}"),
            "status": "final",
            "code": code(test),
            "subject": self._batch,
            "performer": [self._site],
            "issued": self.at,
            "valueCodeableConcept": {
                "coding": [{"system": OUTCOME, "code": test.verdict.outcome.value}],
                "text": test.outcome,
            },
            "note": [{"text": plain(test.verdict.message)}],
            "referenceRange": [reference_range(test)],
        }
        if test.method:
            outcome["method"] = method(test)
        if results:
            outcome["hasMember"] = results
        return self._add(outcome)

    def _result(self, test: Analysis, result: Result) -> Resource:
        """Add a result, once for all tests that rest on it, and return a reference to it."""
        one = result.one
        own = self._results.get(one.id)
        if own is None:
            own = self._results[one.id] = {
                "resourceType": "Observation",
                "id": self.uuid(f"result/{one.id}"),
                "identifier": [{"system": OBSERVATION, "value": one.id}],
                **recorded(result),
                "subject": self._batch,
                "performer": [self._site],
            }
            self._ranges[one.id] = []
            own["referenceRange"] = self._ranges[one.id]
            if test.method:
                own["method"] = method(test)
            self._add(own)
        limit = reference_range(test)
        if limit not in self._ranges[one.id]:
            self._ranges[one.id].append(limit)
        return {"reference": f"urn:uuid:{own['id']}"}

    def report(self, outcomes: Sequence[Resource]) -> None:
        """Add the report over all tests: prepared, and never a release."""
        demo = " Sealed with a demo key: it proves nothing." if self.told.demo else ""
        self._add(
            {
                "resourceType": "DiagnosticReport",
                "id": self.uuid("DiagnosticReport"),
                "identifier": [{"system": ROOT, "value": self.told.root}],
                "status": "preliminary",
                "code": {"text": "Batch analysis"},
                "subject": self._batch,
                "effectiveDateTime": self.at,
                "issued": self.at,
                "performer": [self._site],
                "result": list(outcomes),
                "conclusion": (
                    f"Prepared by Batchproof: {self.told.batch} is {self.told.readiness} for its "
                    f"{self.told.stage}; {self.told.counted}. This is not a release: people "
                    f"decide. Root {self.told.root}.{demo}"
                ),
            }
        )
