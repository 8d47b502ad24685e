"""Makes the proof of one value of a package, which shows nothing of the values beside it."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from contracts.canonical import Json, parse_strict
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import digest_of
from contracts.manifest import MANIFEST
from contracts.opened import Read, Span
from contracts.proof import LONG, Proof, reading_item
from contracts.proof_seal import Seal, seal_from
from contracts.proved import Proved
from contracts.reading_at import reading_in
from contracts.reading_index import ReadingIndex
from contracts.reading_leaves import READINGS

SEAL: Final = "seal/seal.json"
LOGGED: Final = "seal/seal.tlog-proof"
_KEY: Final = {
    "verdicts": re.compile(rb'"criterion":"([^"\\]*)"'),
    "observations": re.compile(rb'"id":"(O-[0-9a-f]+)"'),
}
"""How a line of a table names its item: no text inside a record can hold an unescaped quote."""


class Prover:
    """A package that stays open, and proves one value after the other in about a millisecond."""

    def __init__(self, read: Read, span: Span) -> None:
        """Open a package; `read` gives a whole member, `span` a part of one.

        Raises:
            IntegrityError: its root does not follow from its manifest, or its seal is another's.
            NotFoundError: it has no manifest.
        """
        self.proved = Proved(read, span)
        self._seal, self._logged = self._sealed()

    @cached_property
    def readings(self) -> ReadingIndex:
        """The readings, found by their index."""
        return ReadingIndex(self.proved)

    @cached_property
    def _known(self) -> Mapping[bytes, tuple[str, int]]:
        found: dict[bytes, tuple[str, int]] = {}
        for name, key in _KEY.items():
            for index, line in enumerate(self.proved.table(name).lines):
                named = key.search(line)
                if named is not None:
                    found[named[1]] = (name, index)
        return found

    def prove(self, item: str) -> Proof:
        """Return the proof of a verdict (by its criterion), an observation, or `TAG@TIME`.

        Raises:
            NotFoundError: the package has no such item.
            IntegrityError: what lies there does not lead to the root.
        """
        if "@" in item:
            found = reading_in(self.readings, item)
            return self.reading(found.index)
        if item.encode() not in self._known:
            raise NotFoundError(
                f"no verdict or observation called '{item[:80]}' in this package",
                expected="a criterion, an observation's id, or TAG@TIME for a reading",
                move="list them in the package's page",
            )
        return self.record(*self._known[item.encode()])

    def record(self, name: str, index: int) -> Proof:
        """Return the proof of one record of a table, by its number from 0.

        Raises:
            IndexError: there is no such record.
            IntegrityError: what lies there does not lead to the root.
        """
        table = self.proved.table(name)
        path = table.tree.path(index)
        line = table.lines[index]
        record = parse_strict(line)
        if not isinstance(record, Mapping):
            raise IntegrityError("a record that is no object", where=name)
        quoted, salt = self.proved.quoted(name, line), self.proved.salt(name, index)
        return self._whole(name, (index, len(table.lines)), record, (quoted, salt, path))

    def reading(self, index: int) -> Proof:
        """Return the proof of one reading, by its number among all readings from 0.

        Raises:
            IndexError: there is no such reading.
            IntegrityError: what lies there does not lead to the root.
        """
        one = self.readings.at(index)
        item, at = reading_item(one.page.record, one.leaf), (index, self.readings.count)
        return self._whole(READINGS, at, item, (one.leaf.quoted, one.salt, one.path))

    def _whole(
        self,
        table: str,
        at: tuple[int, int],
        item: Mapping[str, Json],
        leaf: tuple[bytes, bytes, tuple[bytes, ...]],
    ) -> Proof:
        """Return a proof after it was led to the root."""
        (index, records), (quoted, salt, path) = at, leaf
        whole = (*path, *self.proved.top_path(table))
        proof = Proof(table, index, records, item, quoted, salt, whole, self._seal, self._logged)
        if proof.root() != self.proved.root:
            raise IntegrityError(
                f"record {index} of {table}, which leads to another root",
                expected=self.proved.root,
                move="verify the package",
            )
        return proof.within(LONG)

    def _sealed(self) -> tuple[Seal | None, bytes]:
        """Return the seal and its place in the log, as far as the package has them."""
        envelope = _if_there(self.proved.raw, SEAL)
        if not envelope:
            return None, b""
        seal = seal_from(envelope, self.proved.root)
        if seal.predicate.get("manifest") != digest_of(self.proved.raw(MANIFEST)):
            raise IntegrityError(
                "a seal of another manifest", expected="the seal of this one", where=SEAL
            )
        return seal, _if_there(self.proved.raw, LOGGED)


def _if_there(read: Read, path: str) -> bytes:
    try:
        return read(path)
    except NotFoundError:
        return b""
