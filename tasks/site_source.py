"""One source system of the plant: where it is, how it is asked, and where its secret is kept."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from contracts.errors import SiteError

_TOKEN = re.compile(r"[\x21-\x7e]+")

Blocks: TypeAlias = Callable[[str], str]
"""Returns the secret in the Prefect block of a name, or nothing; given by `flows.office`."""


def no_blocks(_name: str) -> str:
    """Return nothing: whoever reads a site file without a Prefect server has no blocks."""
    return ""


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
    token_block: str = ""
    """The name of a Prefect Secret block."""
    blocks: Blocks = field(default=no_blocks, repr=False, compare=False)
    timeout_seconds: float = 10.0
    """How long the source may stay silent."""
    attempts: int = 4
    retry_delay_seconds: float = 0.2
    """The pause after the first attempt; it doubles with each further one."""

    def token(self) -> str:
        """Return the secret that opens the source, read afresh, or nothing if none is configured.

        Raises:
            SiteError: the file, the variable or the block is not there, or holds no token.
        """
        if self.token_file is not None:
            text, place = _text_of(self.token_file), f"file {self.token_file.name}"
        elif self.token_env:
            text, place = os.environ.get(self.token_env, ""), f"variable {self.token_env}"
        elif self.token_block:
            text, place = self.blocks(self.token_block), f"Prefect block {self.token_block}"
        else:
            return ""
        token = text.strip()
        if not _TOKEN.fullmatch(token):
            raise SiteError(
                f"no token in the {place} (absent, empty, or with characters no token has)",
                expected="one line of printable characters without spaces",
                where=f"sources.{self.name}",
                move="the site's administrator puts the token there",
            )
        return token

    def faults(self) -> Iterator[str]:
        """Yield what no schema can say of a source: two tokens, one too many, none in its place."""
        places = {
            "token_file": self.token_file,
            "token_env": self.token_env,
            "token_block": self.token_block,
        }
        named = [name for name, place in places.items() if place]
        if len(named) > 1:
            yield f"sources.{self.name} has {' and '.join(named)}, not one"
        if self.kind == "opcua-ha" and named:
            yield f"sources.{self.name} takes no token (OPC UA, anonymous)"
        if self.token_block and self.blocks is no_blocks:
            return  # whoever reads the file now asks the source for nothing
        try:
            self.token()
        except SiteError as error:
            yield f"sources.{self.name}: {error.found}"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
