"""A package as a Workflow Run RO-Crate, for repositories and data stewards (Process Run profile).

The crate describes a folder that holds the package unchanged, as `package/`. It tells two actions,
judging by each judge, and what each used and made. Captures and tables are described as folders, so
that the description does not grow with their number. No person is in it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from contracts.manifest import (
    AUDIT_TRAIL,
    CAPTURES,
    ENVIRONMENT,
    EVALUATION,
    MANIFEST,
    READINESS,
    STRATEGY,
    VERDICTS,
)
from contracts.members import mapping, text
from contracts.opened import Opened
from contracts.times import read_time
from tasks.exports.whole import copy_package
from tasks.sound import Sound

PAYLOAD: Final = "package"
PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
TERMS: Final = "https://w3id.org/ro/terms/workflow-run/context"
_JUDGES: Final = {
    "great_expectations": ("Great Expectations", "https://greatexpectations.io"),
    "reference": ("Reference judge of Batchproof", "urn:batchproof:software:reference"),
}
_FOLDERS: Final = {
    CAPTURES: "The bytes that each source handed over, unaltered, named by their SHA-256",
    "contracts": "What each source promised to send",
    "suites": "The control strategy as Great Expectations suites",
    "tables": "The records that the root is made from, and the same for machines",
}
_FILES: Final = {
    "index.html": ("text/html", "The page for people"),
    STRATEGY: ("application/json", "The control strategy in force"),
    EVALUATION: ("application/json", "Which batch, evidence and strategy; who judged, and when"),
    READINESS: ("application/json", "Readiness and its reasons; no release"),
    AUDIT_TRAIL: ("application/json", "Who did what with the batch, up to the result"),
    VERDICTS: ("application/json", "One verdict for each criterion in force"),
    MANIFEST: ("application/json", "Every file by its digest, and the root over what is said"),
}


def write(sound: Sound, place: Path) -> None:
    """Write the crate: the package copied file by file, and `ro-crate-metadata.json` beside it.

    Raises:
        IntegrityError, NotFoundError: the package is not what it says.
    """
    copy_package(sound, place / PAYLOAD)
    crate = described(sound)
    crate.metadata.write(place)


def described(sound: Sound) -> ROCrate:
    """Return the crate's description of a package."""
    package, evaluation = sound.opened(), sound.record(EVALUATION)
    at = read_time(str(evaluation["judged_at"])).isoformat(timespec="milliseconds")
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(TERMS)
    parts = _parts(crate, sound)
    root = crate.root_dataset
    root["name"] = f"Release-readiness package {package.batch}, evaluation {package.number}"
    root["description"] = (
        f"Evidence, verdicts and lineage of batch {package.batch} for its {package.stage} stage: "
        f"{package.readiness.replace('_', ' ')}. Prepared by Batchproof, which releases nothing."
    )
    root["datePublished"] = at
    root["identifier"] = f"urn:batchproof:package:{sound.manifest.root}"
    site = package.context.get("site", "the manufacturer")
    maker = _entity(crate, "#manufacturer", type="Organization", name=site)
    root["author"] = root["publisher"] = maker
    root["license"] = _entity(
        crate,
        "#terms",
        type="CreativeWork",
        name="Record of a batch",
        description="Not licensed to anybody: the record of a batch belongs to its manufacturer",
    )
    root["conformsTo"] = _entity(
        crate, PROFILE, type="CreativeWork", name="Process Run Crate", version="0.5"
    )
    actions = [
        _action(crate, package, judge, parts)
        for judge in (_software(crate, name, version) for name, version in _versions(sound))
    ]
    for action in actions:
        action["agent"] = maker
        action["endTime"] = at
    root["mentions"] = actions
    return crate


def _entity(crate: ROCrate, identifier: str, *, type: str, **facts: str) -> ContextEntity:  # noqa: A002 (schema.org's word)
    return crate.add(ContextEntity(crate, identifier, properties={"@type": type, **facts}))


def _parts(crate: ROCrate, sound: Sound) -> dict[str, Any]:
    """Add the files and folders of the package, and return them by their paths in it."""
    sizes = {one.path: one for one in sound.manifest.members}
    parts = {}
    for path, (media_type, words) in _FILES.items():
        facts = {"description": words, "encodingFormat": media_type, "name": path}
        if path in sizes:
            facts |= {"contentSize": str(sizes[path].size), "sha256": sizes[path].digest}
        parts[path] = crate.add_file(dest_path=f"{PAYLOAD}/{path}", properties=facts)
    for path, words in _FOLDERS.items():
        inside = sum(member.startswith(f"{path}/") for member in sizes)
        facts = {"description": f"{words} ({inside} files)", "name": path}
        parts[path] = crate.add_dataset(dest_path=f"{PAYLOAD}/{path}", properties=facts)
    return parts


def _versions(sound: Sound) -> Iterator[tuple[str, str]]:
    """Yield each judge with the version that was installed where the package was made."""
    libraries = mapping(sound.record(ENVIRONMENT)["libraries"])
    yield "great_expectations", text(libraries, "great-expectations")
    yield "reference", text(libraries, "batchproof")


def _software(crate: ROCrate, judge: str, version: str) -> ContextEntity:
    name, address = _JUDGES[judge]
    return _entity(
        crate, address, type="SoftwareApplication", name=name, url=address, softwareVersion=version
    )


def _action(
    crate: ROCrate, package: Opened, judge: ContextEntity, parts: dict[str, Any]
) -> ContextEntity:
    name = judge["name"]
    return crate.add_action(
        judge,
        identifier=f"#judging-{name.split()[0].lower()}",
        object=[parts[CAPTURES], parts["contracts"], parts[STRATEGY]],
        result=[parts[EVALUATION], parts[VERDICTS], parts[READINESS]],
        properties={
            "actionStatus": "http://schema.org/CompletedActionStatus",
            "description": f"Judged {len(package.verdicts)} criteria by {name}",
            "name": f"Judging of {package.batch} by {name}",
        },
    )
