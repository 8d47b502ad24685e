"""Reads the site file: which plant this is, and where and how its three systems are asked."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from contracts.errors import SiteError, UnreadableError
from contracts.times import read_time
from tasks.site_yaml import Document, Plain, Pointer, read_yaml

_SECRETS = re.compile(r"(?i)(token|pass|secret|api[-_]?key|authorization|bearer)")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_SHOWN = 100
_BOUNDS: Mapping[object, str] = {
    "minLength": "a text of length",
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
}


@dataclass(frozen=True, slots=True)
class SiteSource:
    """How one source system of the plant is asked. The secret itself is never held here."""

    name: str
    """`batch_record`, `lims` or `equipment`."""
    kind: str
    """`b2mml-http`, `senaite` or `opcua-ha`."""
    url: str
    time_zone: str
    """The IANA zone in which the source writes its times."""
    token_file: Path | None = None
    token_env: str = ""
    timeout_seconds: float = 10.0
    """How long the source may stay silent."""
    attempts: int = 4
    retry_delay_seconds: float = 0.2
    """The pause after the first attempt; it doubles with each further one."""

    def token(self) -> str:
        """Return the secret that opens the source, read afresh, or nothing if none is configured.

        Raises:
            SiteError: the file or the environment variable is not there, or holds no token.
        """
        if self.token_file is None and not self.token_env:
            return ""
        if self.token_file is None:
            text, place = os.environ.get(self.token_env, ""), f"variable {self.token_env}"
        else:
            text, place = _text_of(self.token_file), f"file {self.token_file.name}"
        token = text.strip()
        if not _TOKEN.fullmatch(token):
            raise SiteError(
                f"no token in the {place} (absent, empty, or with characters no token has)",
                expected="one line of printable characters without spaces",
                where=f"sources.{self.name}",
                move="the site's administrator puts the token there",
            )
        return token


@dataclass(frozen=True, slots=True)
class Site:
    """One plant: its name, its product, its three sources."""

    site: str
    product: str
    sources: Mapping[str, SiteSource] = field(hash=False)
    """By name: `batch_record`, `lims`, `equipment`."""
    clock: datetime | None = None
    """The one moment it always is; only in the demo plant."""
    batches: tuple[str, ...] = ()

    def context(self, batch: str) -> dict[str, str]:  # noqa: ARG002
        """Return what the site says of a batch, by dimension."""
        return {"product": self.product, "site": self.site}


def load_site(path: Path) -> Site:
    """Return the site that a site file describes.

    Raises:
        SiteError: everything that is wrong with the file, in one error.
    """
    try:
        document = read_yaml(path.read_bytes())
    except OSError as error:
        raise SiteError(
            f"no readable file ({error.strerror})",
            expected="a site file in YAML",
            where=str(path),
            move="name the right file; `batchproof plant` prints one to start from",
        ) from error
    problems = list(document.problems)
    if document.content is not None:
        problems += _breaches(document)
    if problems:
        raise _wrong(problems, path)
    site = _site(document.content, path.parent)
    problems += _unmet(site, document)
    if problems:
        raise _wrong(problems, path)
    return site


def _wrong(problems: list[str], path: Path) -> SiteError:
    return SiteError(
        "; ".join(problems),
        expected="a site file as its schema describes it",
        where=path.name,
        move="whoever keeps the site file corrects it",
    )


def _breaches(document: Document) -> Iterator[str]:
    """Yield in words what the closed schema does not allow, in the order of the file's lines."""
    schema = json.loads(resources.files("tasks").joinpath("site.schema.json").read_bytes())
    errors = Draft202012Validator(schema, format_checker=_formats()).iter_errors(document.content)
    found = {told for error in errors for told in _told(error, document)}
    for line, words in sorted(found):
        yield f"line {line}: {words}"


def _formats() -> FormatChecker:
    """Return how the schema's formats are checked: a moment with its zone, a zone, an address."""
    formats = FormatChecker(())
    formats.checks("moment", UnreadableError)(
        lambda text: not isinstance(text, str) or bool(read_time(text))
    )
    formats.checks("zone", (KeyError, ValueError, OSError))(
        lambda name: not isinstance(name, str) or bool(ZoneInfo(name))
    )
    formats.checks("address", ValueError)(lambda url: not isinstance(url, str) or _reachable(url))
    return formats


def _reachable(url: str) -> bool:
    """Tell whether an address names a host, and no port or one that exists; it may raise."""
    parts = urlsplit(url)
    return bool(parts.hostname) and parts.port != 0


def _told(error: ValidationError, document: Document) -> Iterator[tuple[int, str]]:
    pointer: Pointer = tuple(error.absolute_path)
    name = ".".join(str(step) for step in pointer) or "the file"
    line = document.line(pointer)
    limit: Any = error.validator_value  # any JSON, by the schema's keyword
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        for key in sorted(set(instance) - set(schema["properties"])):
            yield document.line((*pointer, key)), _unknown(key, name)
    elif error.validator == "required":
        for key in sorted(set(limit) - set(instance)):
            yield line, f"{name} lacks {key}"
    elif error.validator in ("pattern", "format"):
        yield line, f"{name} is not {schema['description']}"
    elif error.validator == "enum":
        yield line, f"{name} is {_shown(instance)}, expected {' or '.join(limit)}"
    elif error.validator == "type":
        hint = "; quote it" if limit == "string" and not isinstance(instance, dict) else ""
        yield line, f"{name} is {_shown(instance)}, expected type {limit}{hint}"
    else:
        yield line, f"{name} is {_shown(instance)}, expected {_BOUNDS[error.validator]} {limit}"


def _unknown(key: str, name: str) -> str:
    if _SECRETS.search(key):
        return (
            f"{name}.{key} would put a secret into the site file; "
            "put it into a file of its own (token_file) or a variable (token_env)"
        )
    return f"{name} has the unknown key {key[:_SHOWN]}"


def _shown(instance: object) -> str:
    if isinstance(instance, (dict, list)):
        return "a group of keys" if isinstance(instance, dict) else "a list"
    return json.dumps(instance, ensure_ascii=False)[:_SHOWN]


def _site(content: Plain, folder: Path) -> Site:
    """Build the site from content that its schema allows."""
    stated: Any = content  # the schema has checked its shape
    sources = {name: _source(name, each, folder) for name, each in stated["sources"].items()}
    clock = read_time(stated["clock"]) if "clock" in stated else None
    batches = tuple(stated.get("batches", ()))
    return Site(stated["site"], stated["product"], sources, clock, batches)


def _source(name: str, stated: dict[str, Any], folder: Path) -> SiteSource:
    given = {key: value for key, value in stated.items() if key != "token_file"}
    token_file = folder / stated["token_file"] if "token_file" in stated else None
    return SiteSource(name=name, token_file=token_file, **given)


def _unmet(site: Site, document: Document) -> Iterator[str]:
    """Yield what no schema can say: a token where one belongs, and nowhere else."""
    for name, source in site.sources.items():
        at = ("sources", name)
        if source.token_file and source.token_env:
            yield f"line {document.line(at)}: sources.{name} has token_file and token_env, not one"
        if source.kind == "opcua-ha" and (source.token_file or source.token_env):
            yield f"line {document.line(at)}: sources.{name} takes no token (OPC UA, anonymous)"
        try:
            source.token()
        except SiteError as error:
            yield f"line {document.line(at)}: sources.{name}: {error.found}"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
