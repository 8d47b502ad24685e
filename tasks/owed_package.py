"""Which evaluations owe a package: those with a result, none yet, and a wish for one."""

from collections.abc import Callable, Iterable, Sequence

from contracts.log_text import Logged
from contracts.requested import without_package
from tasks.ledger.records import Evaluation, Finished, Packaged


def owing_package(
    evaluations: Sequence[Evaluation],
    packages: Iterable[Packaged],
    trail: Callable[[], Iterable[Logged]],
) -> tuple[Evaluation, ...]:
    """Return a batch's evaluations that owe a package, in their order.

    A history can be judged again without packages; of everything else a package is made. `trail`
    gives what the log says of the batch, and is asked only where a package is missing.
    """
    made = {one.number for one in packages}
    bare = [
        one for one in evaluations if isinstance(one.ending, Finished) and one.number not in made
    ]
    spared = without_package(one.entry for one in trail()) if bare else ()
    return tuple(one for one in bare if one.number not in spared)
