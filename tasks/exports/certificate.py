"""What a certificate of analysis says above its table: batch, product, stage, root and seal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.asked_known import Signed, signed
from contracts.certified import OUTCOMES, Analysis
from contracts.changes import minute
from contracts.errors import NotFoundError
from contracts.manifest import EVALUATION
from contracts.members import text
from contracts.opened import Opened
from contracts.statement import Envelope, parse_envelope
from contracts.times import read_time
from contracts.told_history import HISTORY, told_history
from tasks.folder import reader_of
from tasks.sound import SEAL, Sound


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of a package that stand above its analyses."""

    batch: str
    product: str
    site: str
    """Empty where the evaluation does not say."""
    stage: str
    evaluation: int
    readiness: str
    strategy: str
    strategy_digest: str
    in_force_on: str
    judged_at: str
    counted: str
    """How many tests came out how, in words."""
    root: str
    key: str
    """Id of the key that sealed the package; empty if it is not sealed."""
    demo: bool
    """Whether it was sealed with a key that nobody vouches for."""


def told_of(sound: Sound, package: Opened, tests: Sequence[Analysis]) -> Told:
    """Return what stands above the analyses.

    Raises:
        IntegrityError: the seal is none of ours.
    """
    evaluation = sound.record(EVALUATION)
    envelope = _envelope(sound)
    counts = Counter(one.verdict.outcome for one in tests)
    counted = [f"{counts[one]} {words}" for one, words in OUTCOMES.items() if counts[one]]
    return Told(
        batch=package.batch,
        product=text(evaluation, "product"),
        site=package.context.get("site", ""),
        stage=f"{package.stage} stage",
        evaluation=package.number,
        readiness=package.readiness.replace("_", " "),
        strategy=f"{text(evaluation, 'strategy_title')} {text(evaluation, 'strategy_version')}",
        strategy_digest=package.strategy,
        in_force_on=package.day.isoformat(),
        judged_at=minute(read_time(text(evaluation, "judged_at"))),
        counted=", ".join(counted),
        root=sound.manifest.root,
        key=envelope.signatures[0].keyid if envelope else "",
        demo=envelope is not None and envelope.statement().demo,
    )


def signatures_of(sound: Sound, package: Opened) -> tuple[Signed, ...]:
    """Return the signatures on this package that its own history tells and that still count."""
    try:
        entries = told_history(reader_of(sound.folder)(HISTORY))
    except NotFoundError:
        return ()
    found = signed(package, sound.manifest.root, entries)
    return tuple(one for one in found if not one.void)


def _envelope(sound: Sound) -> Envelope | None:
    try:
        return parse_envelope(reader_of(sound.folder)(f"{SEAL}seal.json"))
    except NotFoundError:
        return None
