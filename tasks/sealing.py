"""Seals a package before anybody sees it: signature, time stamp, log entry, history, in this order.

Nothing is sealed by halves: where a configured authority or witness does not answer, there is no
package yet, the evaluation stays on record, and sealing again goes on where it stopped.
"""

from typing import Final

from contracts.canonical import canonical
from contracts.errors import SealError, UnavailableError
from contracts.evidence import digest_of
from contracts.manifest import Manifest
from contracts.opened import Opened
from contracts.statement import parse_envelope
from contracts.times import written
from tasks.ask_witness import WitnessDoor
from tasks.desk import Desk
from tasks.log import EvaluationLog
from tasks.outsiders import TimestampAuthority, trusted_outside
from tasks.seal import sign
from tasks.timestamps import stamp, stamped_at

SEAL: Final = "seal/seal.json"
STAMP: Final = "seal/timestamp.tsr"
LOG_PROOF: Final = "seal/seal.tlog-proof"
HISTORY: Final = "seal/history.json"
KEYS: Final = "seal/keys.json"


def evaluation_log(desk: Desk) -> EvaluationLog:
    """Return the desk's evaluation log, with the key that signs it and the site's witness.

    Raises:
        SealError: the log's key is not to be had.
        SiteError: the witness's key is none.
    """
    witness = desk.site.witness
    door = WitnessDoor(witness.url, witness.verifier_key) if witness else None
    return EvaluationLog(desk.ledger, desk.keys.log(), door)


def show_intent(desk: Desk) -> None:
    """Sign the log's state, and show it to the witness, before a result is known.

    A witness that does not answer now does not keep a batch waiting: sealing will need it.

    Raises:
        IntegrityError: the log is not what was signed or witnessed before.
        SealError, SiteError: the log's key, or the witness's, is not to be had.
    """
    try:
        evaluation_log(desk).checkpoint()
    except UnavailableError:
        return


def _stamped(desk: Desk, authority: TimestampAuthority, envelope: bytes) -> bytes:
    """Return the authority's stamp, once it is known to lie within the time of the key."""
    response = stamp(authority, envelope)
    at, key = stamped_at(authority, envelope, response), desk.keys.seal().trusted
    signed_by = parse_envelope(envelope).signatures[0].keyid
    if signed_by == key.keyid and not key.valid_at(at):
        raise SealError(
            f"a time stamp of {written(at)}, when the seal key was not valid",
            expected="a time within the key's",
            where=authority.url,
            move="the administrator compares the authority's clock with this machine's",
        )
    return response


def seal_package(desk: Desk, package: Opened, manifest: Manifest) -> dict[str, bytes]:
    """Return the files of a package's seal by their path.

    Raises:
        UnavailableError: the configured authority or witness does not answer.
        SealError, SiteError, UnreadableError: a key, an answer or the site file is not as it must
            be.
        IntegrityError: the log is not what was signed or witnessed before.
    """
    name = f"{package.batch}/{package.stage.value}/{package.number}"
    envelope = sign(desk.keys, manifest.root, digest_of(manifest.to_bytes()), name)
    logged = evaluation_log(desk).seal(package.batch, package.number, envelope, desk.now())
    authority = desk.site.timestamps
    files = {} if authority is None else {STAMP: _stamped(desk, authority, logged.envelope)}
    roots, others = trusted_outside(authority, desk.site.witness)
    return files | {
        SEAL: logged.envelope,
        LOG_PROOF: logged.proof,
        HISTORY: logged.history,
        KEYS: canonical(desk.keys.trust(roots, others).record()),
    }
