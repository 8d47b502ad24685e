"""Gathers what a package's page shows, from the package's own records and captured bytes."""

from collections.abc import Iterator, Mapping, Sequence

from contracts.canonical import Json, parse_strict
from contracts.evidence import Digest
from contracts.manifest import EVALUATION, READINESS, STRATEGY, table_lines, table_path
from contracts.opened import Opened
from contracts.quote import quote
from contracts.series import SeriesPage
from expectations import series
from tasks.desk import Desk
from tasks.envelope import envelopes
from tasks.page.given import PageDocuments
from tasks.page.render import render


def page_of(
    desk: Desk, package: Opened, files: Mapping[str, bytes], pages: Sequence[SeriesPage]
) -> bytes:
    """Return the page of a package as UTF-8 HTML; the same package gives the same page."""
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
            **records,
        )
    )


def _records(files: Mapping[str, bytes], name: str) -> Iterator[Mapping[str, Json]]:
    for line in table_lines(files[table_path(name)]):
        record = parse_strict(line)
        if isinstance(record, Mapping):
            yield record


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
