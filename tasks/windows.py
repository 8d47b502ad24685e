"""Which equipment history to ask for, and over which time: what the batch record tells."""

from collections.abc import Iterable, Iterator, Sequence

from contracts.collection import Collection
from contracts.criterion import Criterion
from contracts.derive import series_steps, windows
from contracts.evidence import Capture
from contracts.observation import Observation
from contracts.reading import Quarantine
from contracts.sources.contract import SourceContract
from contracts.steps import day_of
from contracts.subject import Reduction
from tasks import reading
from tasks.approved import strategy_of
from tasks.desk import Desk
from tasks.evidence import read_source, shelf_of
from tasks.sources.equipment import TagWindow


def equipment_windows(desk: Desk, batch: str, record: Sequence[Capture]) -> tuple[TagWindow, ...]:
    """Return the windows to ask for; none when the batch record cannot be read.

    Without a batch record nobody knows when a step ran and on which equipment: there is nothing to
    ask, and the criteria that need the series say so.
    """
    got = read_source(shelf_of(desk), Collection(batch, tuple(record)), "batch_record")
    if isinstance(got, Quarantine):
        return ()
    strategy = strategy_of(desk, batch).strategy
    day = day_of(strategy.dated_by, got.observations, desk.now().date())
    criteria = strategy.in_force(day)
    return tag_windows(criteria, got.observations, reading.contract_of("equipment"))


def tag_windows(
    criteria: Sequence[Criterion], observations: Sequence[Observation], contract: SourceContract
) -> tuple[TagWindow, ...]:
    """Return one window for each tag of each piece of equipment that a criterion asks about.

    The strategy says which characteristic over which step; the batch record says when the step ran
    and on which equipment; the contract says which tag of that equipment carries it.
    """
    asked: dict[TagWindow, None] = {}
    for window in windows(series_steps(criteria), observations):
        names = _characteristics(criteria, window.step)
        for equipment in window.equipment:
            for node in _nodes(contract, equipment, names):
                asked[TagWindow(node, window.started_at, window.ended_at)] = None
    return tuple(asked)


def _nodes(
    contract: SourceContract, equipment: str, characteristics: frozenset[str]
) -> Iterator[str]:
    """Yield the OPC UA nodes of one piece of equipment that carry some of the characteristics.

    The contract's codes name the class of equipment and the tag: `BR.TEMP` is the tag `TEMP` of
    every `BR-...`. Equipment of another class has no such tag and is not asked.
    """
    for term in contract.terms:
        kind, _, tag = term.code.rpartition(".")
        if term.name in characteristics and equipment.startswith(f"{kind}-"):
            yield f"ns=2;s={equipment}.{tag}"


def _characteristics(criteria: Iterable[Criterion], step: str) -> frozenset[str]:
    subjects = (criterion.subject for criterion in criteria)
    return frozenset(
        one.characteristic for one in subjects if isinstance(one, Reduction) and one.step == step
    )
