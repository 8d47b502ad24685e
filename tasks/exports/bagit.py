"""A package as a BagIt bag (RFC 8493), for archives that take their deliveries in this form.

A bag shows that nothing was lost on the way. Whoever changes a file can write its manifest anew:
evidence is the package inside, which stays as it is and is verified as `data/` of the bag.
"""

import hashlib
from pathlib import Path

from contracts.manifest import EVALUATION
from tasks.exports.whole import copy_package
from tasks.sound import Sound

PAYLOAD = "data"
_ALGORITHMS = ("sha256", "sha512")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def write(sound: Sound, place: Path) -> None:
    """Write the bag: the package as payload, its manifests, and what it is, without persons.

    Equal packages give equal bags: the bagging date is the day of the judging.

    Raises:
        IntegrityError, NotFoundError: the package is not what it says.
    """
    paths = [f"{PAYLOAD}/{path}" for path in copy_package(sound, place / PAYLOAD)]
    tags = {"bagit.txt": _DECLARATION, "bag-info.txt": _info(sound, place, paths)}
    for algorithm in _ALGORITHMS:
        tags[f"manifest-{algorithm}.txt"] = _manifest(algorithm, place, paths)
    for name, data in tags.items():
        (place / name).write_bytes(data)
    for algorithm in _ALGORITHMS:
        (place / f"tagmanifest-{algorithm}.txt").write_bytes(
            _manifest(algorithm, place, sorted(tags))
        )


def _info(sound: Sound, place: Path, paths: list[str]) -> bytes:
    """Return `bag-info.txt` (RFC 8493, 2.2.2): the oxum is octets and files of the payload."""
    package, judged_at = sound.opened(), str(sound.record(EVALUATION)["judged_at"])
    size = sum((place / path).stat().st_size for path in paths)
    lines = {
        "Bag-Software-Agent": "Batchproof",
        "Bagging-Date": judged_at[:10],
        "External-Description": f"Release-readiness package, {package.stage} stage; no release.",
        "External-Identifier": f"{package.batch} evaluation {package.number}",
        "Internal-Sender-Identifier": f"root {sound.manifest.root}",
        "Payload-Oxum": f"{size}.{len(paths)}",
    }
    return "".join(f"{name}: {text}\n" for name, text in lines.items()).encode()


def _manifest(algorithm: str, place: Path, paths: list[str]) -> bytes:
    """Return a manifest: digest and path, a line each; `%`, CR and LF are escaped (2.1.3)."""
    lines = []
    for path in paths:
        with (place / path).open("rb") as file:
            digest = hashlib.file_digest(file, algorithm).hexdigest()
        escaped = path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f"{digest}  {escaped}\n")
    return "".join(lines).encode()
