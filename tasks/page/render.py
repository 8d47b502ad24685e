"""The one page a reviewer opens: why a batch is ready or not, and the bytes of every value."""

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tasks.page import words
from tasks.page.facts import Facts, series_anchor
from tasks.page.given import PageDocuments, Record
from tasks.page.inventory import changes, equipment, materials, people, provenance, unread_groups
from tasks.page.judged import coverage, exception_views, procedures
from tasks.page.plot import plot
from tasks.page.reasons import reasons

__all__ = ["PageDocuments", "Record", "render"]


def render(documents: PageDocuments) -> bytes:
    """Return the page as UTF-8 HTML; equal documents give equal bytes.

    It needs no other file and no network. Links to captures are relative: `captures/<digest>`.

    Raises:
        KeyError: a record lacks a member, or there is a criterion without its verdict.
    """
    facts = Facts(documents)
    groups = procedures(documents, facts)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            documents=documents,
            summary=documents.summary,
            state=documents.summary["readiness"]["readiness"],
            why=reasons(documents, facts),
            coverage=coverage(documents),
            exceptions=exception_views(documents, facts, groups),
            procedures=groups,
            plots=[plot(one) for one in documents.envelopes],
            facts=facts,
            captures={str(one["digest"]): one for one in documents.captures},
            materials=materials(facts),
            equipment=equipment(facts),
            people=people(facts),
            changes=changes(facts),
            provenance=provenance(facts),
            unread=unread_groups(documents),
            script_digest=_script_digest(),
        )
    )
    return page.encode("utf-8", "backslashreplace")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tasks.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words=words,
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
