"""The set-up of the laboratory as objects of the LIMS: services, specifications, methods."""

from __future__ import annotations

from infra.plant.chance import identifier
from infra.plant.panel import Panel, Range, Test
from infra.plant.product import Product
from infra.plant.senaite import (
    SETUP_TIME,
    Json,
    Stored,
    reference,
    setup_path,
    skeleton,
    stored,
)

_SPECIFICATION = {True: "DP release v3", False: "in-process v2"}


def setup(products: tuple[Product, ...], seed: int) -> tuple[Stored, ...]:
    """Return everything that is there before the first sample; products share their services."""
    panels = [panel for product in products for panel in product.panels]
    services: dict[str, Test] = {}
    for product in products:
        for test in product.services:
            services.setdefault(test.keyword, test)
    methods = sorted({test.method for test in services.values()})
    instruments = sorted({test.instrument for test in services.values() if test.instrument})
    return (
        *(_sample_type(panel, seed) for panel in panels),
        *(_specification(panel, seed) for panel in panels),
        *(_service(test, seed) for test in services.values()),
        *(_plain("Method", name, seed) for name in methods),
        *(_plain("Instrument", name, seed) for name in instruments),
    )


def ranges(panel: Panel, seed: int) -> list[Json]:
    """Return the ranges of a specification, one a keyword."""
    return [limits(keyword, range_, seed) for keyword, range_ in panel.limits.items()]


def limits(keyword: str, range_: Range, seed: int) -> Json:
    """Return one range as SENAITE writes it."""
    return {
        "error": "",
        "hidemax": "",
        "hidemin": "",
        "keyword": keyword,
        "max": range_.high,
        "max_operator": range_.high_operator,
        "min": range_.low,
        "min_operator": range_.low_operator,
        "rangecomment": "",
        "uid": identifier(seed, "uid", setup_path("AnalysisService", keyword)),
        "warn_max": "",
        "warn_min": "",
    }


def _sample_type(panel: Panel, seed: int) -> Stored:
    content = _plain("SampleType", panel.kind, seed).content
    return stored(content | {"prefix": panel.prefix, "getPrefix": panel.prefix})


def _specification(panel: Panel, seed: int) -> Stored:
    path = setup_path("AnalysisSpec", panel.kind)
    title = f"{panel.kind}: {_SPECIFICATION[panel.release]}"
    content = skeleton(seed, "AnalysisSpec", path, title, SETUP_TIME)
    content |= {
        "ResultsRange": ranges(panel, seed),
        "SampleType": reference(seed, "SampleType", setup_path("SampleType", panel.kind)),
        "sortable_title": title.lower(),
    }
    return stored(content)


def _service(test: Test, seed: int) -> Stored:
    path = setup_path("AnalysisService", test.keyword)
    content = skeleton(seed, "AnalysisService", path, test.title, SETUP_TIME)
    content |= {
        "Keyword": test.keyword,
        "LowerDetectionLimit": test.detection_limit,
        "Method": reference(seed, "Method", setup_path("Method", test.method)),
        "ResultType": "string" if test.is_text else "numeric",
        "Unit": test.unit or None,
        "getKeyword": test.keyword,
        "sortable_title": test.title.lower(),
    }
    return stored(content)


def _plain(kind: str, name: str, seed: int) -> Stored:
    content = skeleton(seed, kind, setup_path(kind, name), name, SETUP_TIME)
    return stored(content | {"sortable_title": name.lower()})
