"""Every package that was ever stored, and what an auditor would find in it tonight."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import BatchproofError, NotFoundError
from flows.verify import Asked, answer_of
from tasks.desk import Desk
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Packaged
from tasks.outsiders import trusted_outside
from tasks.verifier import Trust

_NEXT = "nightly-next"


@dataclass(frozen=True, slots=True)
class Checked:
    """A stored package and what was found in it; nothing if it is whole."""

    package: Packaged
    findings: tuple[str, ...]


def stored_packages(ledger: Ledger) -> tuple[Packaged, ...]:
    """Return each package where it was put last, in the order of batches and evaluations."""
    latest = {
        (one.batch, one.number): one for batch in ledger.batches() for one in ledger.packages(batch)
    }
    return tuple(latest[name] for name in sorted(latest))


def checked_within(
    desk: Desk, seconds: float, told: Callable[[int, int], None]
) -> tuple[tuple[Checked, ...], int]:
    """Check one stored package after the other for so long; return them and how many there are.

    Where the time does not suffice, the next call goes on where this one stopped; each is reached
    in its turn. `told` hears how many of how many are done.
    """
    packages = stored_packages(desk.ledger)
    turn, asked = _from_where_it_stopped(desk, packages), Asked(_own_trust(desk))
    until, done = time.monotonic() + seconds, list[Checked]()
    for one in turn:
        done.append(Checked(one, tuple(findings_of(one, asked))))
        told(len(done), len(turn))
        if time.monotonic() > until:
            break
    rest = turn[len(done) :]
    (desk.home / _NEXT).write_text(_name(rest[0]) if rest else "", "utf-8")
    return tuple(done), len(turn)


def findings_of(stored: Packaged, asked: Asked) -> Iterator[str]:
    """Yield in words what is found in a stored package: gone, changed, or another one."""
    try:
        answer = answer_of(Path(stored.location), asked)
    except NotFoundError:
        yield f"the package is gone from {stored.location}"
    except BatchproofError as error:
        yield error.in_words()
    except OSError as error:
        yield f"the package cannot be read ({error.strerror or type(error).__name__})"
    else:
        found = answer["findings"]
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict):
                yield f"{one['member']}: {one['words']} (check {one['check']})"
        if answer["ok"] and answer["root"] != stored.root:
            yield f"another package lies there: root {answer['root']}, on record {stored.root}"


def _own_trust(desk: Desk) -> Trust:
    """Return the site's own trust, with no list of what is approved: a package keeps its time."""
    outside = trusted_outside(desk.site.timestamps, desk.site.witness)
    return Trust(desk.keys.trust(*outside).encode(), given=True)


def _from_where_it_stopped(desk: Desk, packages: Sequence[Packaged]) -> tuple[Packaged, ...]:
    marker = desk.home / _NEXT
    name = marker.read_text("utf-8") if marker.is_file() else ""
    begin = next((at for at, one in enumerate(packages) if _name(one) == name), 0)
    return (*packages[begin:], *packages[:begin])


def _name(one: Packaged) -> str:
    return f"{one.batch} {one.number}"
