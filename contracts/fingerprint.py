"""The name of a batch's evidence: what was said, not in which bytes it was found."""

from collections.abc import Iterable

from contracts.canonical import Json, canonical
from contracts.earlier import Otherwise
from contracts.evidence import Digest, digest_of
from contracts.observation import Observation
from contracts.series import SeriesPage


def fingerprint(
    observations: Iterable[Observation],
    pages: Iterable[SeriesPage],
    aside: Iterable[str],
    otherwise: Iterable[Otherwise] = (),
) -> Digest:
    """Return the name of what was observed and read; `aside` are the sources that were set aside.

    `otherwise` is what a source said earlier and does not say now: where there is none, the name is
    that of a first collection. Asking an unchanged source again gives the same name, although a
    server may put a running time or another volatile word into each answer.
    """
    said: list[Json] = [dict(one.content()) for one in observations]
    series: list[Json] = [_content(page) for page in pages]
    named: dict[str, Json] = {"observations": said, "aside": list(aside), "series": series}
    earlier: list[Json] = [one.record() for one in otherwise]
    return digest_of(canonical(named | ({"earlier": earlier} if earlier else {})))


def _content(page: SeriesPage) -> dict[str, Json]:
    columns = (page.times, page.values, page.statuses)
    return {
        "columns": [digest_of(column.tobytes()) for column in columns],
        "tag": page.tag,
        "unit": page.unit,
    }
