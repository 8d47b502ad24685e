"""The one page a reviewer opens: why a batch is ready or not, and the bytes of every value."""

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tasks.page import inventory, words
from tasks.page.curve import curve
from tasks.page.elsewhere import Elsewhere
from tasks.page.facts import Facts, series_anchor
from tasks.page.given import Beside, PageDocuments, Record
from tasks.page.identity import chains
from tasks.page.judged import coverage, exception_views, procedures, tree
from tasks.page.people import people, typed
from tasks.page.plain_text import shown_whole
from tasks.page.reasons import reasons
from tasks.page.timeline import timeline
from tasks.page.values import quotes_of, values

__all__ = ["Beside", "PageDocuments", "Record", "render"]


def render(documents: PageDocuments) -> bytes:
    """Return the page as UTF-8 HTML; equal documents give equal bytes.

    It needs no other file and no network. Links to captures are relative: `captures/<digest>`.

    Raises:
        KeyError: a record lacks a member, or there is a criterion without its verdict.
    """
    facts = Facts(documents)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            documents=documents,
            summary=documents.summary,
            state=documents.summary["readiness"]["readiness"],
            beside=documents.beside,
            facts=facts,
            script_digest=_script_digest(),
            **_judged(documents, facts),
            **_over_time(documents, facts),
            **_used(documents, facts),
        )
    )
    return page.encode("utf-8", "backslashreplace")


def _judged(documents: PageDocuments, facts: Facts) -> dict[str, object]:
    groups = procedures(documents, facts)
    views = exception_views(documents, facts, groups)
    return {
        "why": reasons(documents, facts),
        "coverage": coverage(documents),
        "exceptions": views,
        "places": {one["id"]: view.records[0]["id"] for view in views for one in view.records},
        "tree": tree(groups),
    }


def _over_time(documents: PageDocuments, facts: Facts) -> dict[str, object]:
    line = timeline(facts, documents.exceptions)
    curves = [curve(one) for one in documents.envelopes]
    if not (line.rows or curves):
        return {"line": line, "line_drawn": "", "curves": []}
    from tasks.page import drawing  # noqa: PLC0415 (most of a second, and only packaging draws)

    return {
        "line": line,
        "line_drawn": drawing.drawn_timeline(line, "timeline") if line.rows else "",
        "curves": [(one, drawing.drawn_curve(one.drawn, one.anchor)) for one in curves],
    }


def _used(documents: PageDocuments, facts: Facts) -> dict[str, object]:
    return {
        "captures": {str(one["digest"]): one for one in documents.captures},
        "changes": inventory.changes(facts),
        "chains": chains(documents, facts),
        "elsewhere": Elsewhere(documents.beside.elsewhere),
        "equipment": inventory.equipment(facts),
        "instruments": inventory.instruments(facts),
        "materials": inventory.materials(facts),
        "people": people(facts, documents.beside.training),
        "provenance": inventory.provenance(facts),
        "samples": inventory.samples(facts),
        "typed": typed(facts),
        "values": values(facts),
        "unread": inventory.unread_groups(documents),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tasks.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown_whole,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words=words,
        quotes_of=quotes_of,
        style=_own("page.css"),
        script=_own("page.js"),
        anchor_of_series=series_anchor,
    )
    return environment


def _own(name: str) -> Markup:
    """Return a file of ours as it is: it holds nothing that a source wrote."""
    loader = PackageLoader("tasks.page")
    text, _, _ = loader.get_source(Environment(autoescape=True), name)
    return Markup(text.strip())  # noqa: S704 (our own style and script, nothing from a source)


def _script_digest() -> str:
    """Return the digest by which the page's policy admits its one script (CSP Level 3)."""
    return base64.b64encode(hashlib.sha256(_own("page.js").encode()).digest()).decode()
