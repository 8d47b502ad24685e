"""Gathers what a package's page shows, from the package's own records and captured bytes."""

from collections.abc import Iterator, Mapping, Sequence

from contracts.canonical import Json, parse_strict
from contracts.evidence import Digest
from contracts.manifest import EVALUATION, READINESS, STRATEGY, table_lines, table_path
from contracts.opened import Opened
from contracts.quote import quote
from contracts.review import required_review, to_decide
from contracts.series import SeriesPage
from contracts.steps import due_at
from contracts.times import written
from expectations import series
from tasks.desk import Desk
from tasks.elsewhere import elsewhere_of
from tasks.envelope import envelopes
from tasks.page.given import Beside, PageDocuments
from tasks.page.render import render
from tasks.past import approvals, history, trail
from tasks.trail import up_to_result

_NAMED = 6
"""How many exceptions to decide about the first screen names."""


def page_of(
    desk: Desk, package: Opened, files: Mapping[str, bytes], pages: Sequence[SeriesPage]
) -> bytes:
    """Return the page of a package as UTF-8 HTML.

    It tells what the log says of the batch up to this evaluation's result, and other batches as
    they are known when the package is made; neither is part of the root.
    """
    records = {
        name: tuple(_records(files, name))
        for name in (
            "captures",
            "criteria",
            "exceptions",
            "observations",
            "quarantines",
            "unread",
            "verdicts",
        )
    }
    curves = envelopes(series.table_of(pages), package.criteria) if pages else ()
    return render(
        PageDocuments(
            summary=_summary(desk, package, files),
            quotes=_quotes(desk, package),
            envelopes=curves,
            dues=_dues(package),
            beside=_beside(desk, package, files),
            **records,
        )
    )


def _records(files: Mapping[str, bytes], name: str) -> Iterator[Mapping[str, Json]]:
    for line in table_lines(files[table_path(name)]):
        record = parse_strict(line)
        if isinstance(record, Mapping):
            yield record


def _dues(package: Opened) -> Mapping[str, str]:
    """Return by criterion by when its result is owed, where the strategy says so."""
    observations = package.evidence().observations
    found = ((one.id, due_at(one.due, observations)) for one in package.criteria)
    return {name: written(due) for name, due in found if due is not None}


def _beside(desk: Desk, package: Opened, files: Mapping[str, bytes]) -> Beside:
    """Return what is known beside the evidence: of other batches, and what the log says."""
    found = elsewhere_of(desk.packages, desk.home, package, files)
    entries = up_to_result(desk.ledger.log.of_batch(package.batch), package.number)
    return Beside(
        owed=tuple(_owed(package)),
        elsewhere=tuple(
            {
                "batches": [use.record() for use in one.uses],
                "count": one.batches,
                "kind": one.kind.value,
                "name": one.entity,
            }
            for one in found.things
        ),
        looked_at=found.looked_at,
        left_out=found.left_out,
        history=history(desk, package.batch, entries),
        trail=trail(entries),
        approvals=approvals(desk, package.strategy),
    )


def _owed(package: Opened) -> Iterator[Mapping[str, Json]]:
    """Yield what review is owed in its order; the decisions stand together, they come first."""
    owed = required_review(package.stage, package.exceptions)
    decisions = [one.id for one in to_decide(package.stage, package.exceptions)]
    if decisions:
        named = ", ".join(decisions[:_NAMED])
        more = f" and {len(decisions) - _NAMED} more" if len(decisions) > _NAMED else ""
        yield owed[0].record() | {"what": f"decide about {named}{more}", "why": ""}
    yield from (one.record() for one in owed[len(decisions) :])


def _summary(desk: Desk, package: Opened, files: Mapping[str, bytes]) -> Mapping[str, Json]:
    evaluation, strategy = _document(files, EVALUATION), _document(files, STRATEGY)
    return {
        "batch": package.batch,
        "criteria": {"in_force": package.in_force, "judged": package.judged},
        "evaluation": f"{package.number} of {len(desk.ledger.evaluations(package.batch))}",
        "judged_at": evaluation["judged_at"],
        "product": evaluation["product"],
        "readiness": parse_strict(files[READINESS].removesuffix(b"\n")),
        "site": desk.site.site,
        "stage": package.stage.value,
        "strategy": {
            "digest": package.strategy,
            "in_force_on": package.day.isoformat(),
            "layers": strategy["layers"],
            "title": evaluation["strategy_title"],
            "version": evaluation["strategy_version"],
        },
    }


def _document(files: Mapping[str, bytes], name: str) -> Mapping[str, Json]:
    document = parse_strict(files[name].removesuffix(b"\n"))
    if not isinstance(document, Mapping):
        raise TypeError(name)
    return document


def _quotes(desk: Desk, package: Opened) -> Mapping[str, Sequence[Mapping[str, Json]]]:
    """Return the bytes behind each observation, in the order of its places."""
    data: dict[Digest, bytes] = {}
    quoted = {}
    for one in package.observations.values():
        told = []
        for place in one.origin.places:
            if place.capture not in data:
                data[place.capture] = desk.store.get(place.capture)
            told.append(quote(place, package.captures[place.capture], data[place.capture]).record())
        quoted[one.id] = tuple(told)
    return quoted
