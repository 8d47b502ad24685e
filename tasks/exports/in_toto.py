"""A package as an in-toto test result: which criteria were met, for tools that gate on it.

Predicate `https://in-toto.io/attestation/test-result/v0.1` in a Statement v1, unsigned. `result`
says how the criteria came out. It is no disposition: people release, and no tool may do so by this.
"""

from collections.abc import Iterable
from pathlib import Path

from contracts.canonical import Json, canonical
from contracts.manifest import EVALUATION
from contracts.opened import Opened
from contracts.readiness import Ready, required
from contracts.verdict import Outcome
from tasks.sound import Sound

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
OUTCOMES = "urn:batchproof:outcomes:1"
READINESS = "urn:batchproof:readiness:1"
"""Names of our own members: a consumer that does not know them leaves them out (parsing rules)."""

_FAILING = (Outcome.MISSING, Outcome.NOT_EVALUABLE, Outcome.PENDING)


def write(sound: Sound, place: Path) -> None:
    """Write the statement as canonical JSON (RFC 8785), the bytes that a signer would sign."""
    place.write_bytes(canonical(statement(sound)))


def statement(sound: Sound) -> dict[str, Json]:
    """Return the statement: subject is the package by its root, tests are criteria by their ids.

    Raises:
        IntegrityError, NotFoundError: the package is not what it says.
    """
    package = sound.opened()
    version = str(sound.record(EVALUATION)["strategy_version"])
    passed, warned, failed = _sorted_out(package)
    return {
        "_type": STATEMENT,
        "predicate": {
            "configuration": [
                {"digest": {"sha256": package.strategy}, "name": f"control strategy {version}"}
            ],
            "failedTests": list(failed),
            OUTCOMES: {outcome.value: list(_named(package, outcome)) for outcome in Outcome},
            "passedTests": list(passed),
            READINESS: {"readiness": package.readiness, "stage": package.stage.value},
            "result": _result(package, warned, failed),
            "warnedTests": list(warned),
        },
        "predicateType": PREDICATE,
        "subject": [
            {
                "digest": {"sha256": sound.manifest.root},
                "name": f"{package.batch}/{package.stage}/{package.number}",
            }
        ],
    }


def _result(package: Opened, warned: Iterable[str], failed: Iterable[str]) -> str:
    """Return PASSED only if all that is required is met and nothing is left to look at.

    What is incomplete was not shown to hold, and the predicate has no word for that: it is FAILED.
    """
    if package.readiness != Ready.READY:
        return "FAILED"
    open_ones = any(_named(package, outcome) for outcome in _FAILING)
    return "WARNED" if (*warned, *failed, *package.exceptions) or open_ones else "PASSED"


def _sorted_out(package: Opened) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the criteria that passed, that passed with a concern, and that failed.

    What is lacking and required at this stage failed: absence is never conformity. What is only
    required later, or does not apply, is in none of the lists; our own member tells its outcome.
    """
    concerned = {one.criterion for one in package.exceptions}
    criteria = {one.id: one for one in package.criteria}
    met = _named(package, Outcome.MET)
    lacking = (name for outcome in _FAILING for name in _named(package, outcome))
    needed = (name for name in lacking if required(criteria[name], package.stage))
    return (
        tuple(name for name in met if name not in concerned),
        tuple(name for name in met if name in concerned),
        tuple(sorted([*_named(package, Outcome.NOT_MET), *needed])),
    )


def _named(package: Opened, outcome: Outcome) -> tuple[str, ...]:
    return tuple(sorted(key for key, one in package.verdicts.items() if one.outcome is outcome))
