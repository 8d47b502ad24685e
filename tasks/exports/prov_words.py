"""The words of W3C PROV that a story is told in: entities, activities and agents, each once."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote as escaped

from prov.constants import PROV
from prov.model import ProvDocument

from contracts.evidence import Digest

OURS: Final = "batchproof"
_AGENTS: Final = {"person": PROV["Person"], "software": PROV["SoftwareAgent"]}


class Telling:
    """Grows a PROV document; what was told once is not told again.

    Names are made from the package's root, so that documents of several packages never clash, and
    from what a thing is called in the package, escaped as in a URI (RFC 3986, 2.1).
    """

    def __init__(self, root: Digest) -> None:
        self.root = root
        self.document = ProvDocument()
        self.document.add_namespace(OURS, f"urn:{OURS}:terms:")
        self._kinds: set[str] = set()
        self._told: set[tuple[str, ...]] = set()

    def named(self, kind: str, identifier: str) -> tuple[str, bool]:
        """Return a thing's name, and whether nothing was told of it yet."""
        if kind not in self._kinds:
            self._kinds.add(kind)
            self.document.add_namespace(kind, f"urn:{OURS}:package:{self.root}:{kind}:")
        name = f"{kind}:{escaped(identifier, safe='')}"
        return name, (name,) not in self._told

    def entity(self, kind: str, identifier: str, about: Mapping[str, str]) -> str:
        """Tell an entity, and return its name; empty facts are left out."""
        name, new = self.named(kind, identifier)
        if new:
            self._told.add((name,))
            facts = [(f"{OURS}:{key}", text) for key, text in about.items() if text]
            self.document.entity(name, [("prov:label", identifier), *facts])
        return name

    def activity(self, kind: str, identifier: str, software: str, plan: str = "") -> str:
        """Tell an activity, done by our software or by a judge, and return its name."""
        name, new = self.named(kind, identifier)
        if new:
            self._told.add((name,))
            self.document.activity(name, other_attributes={"prov:label": f"{kind} {identifier}"})
            self.document.association(name, self.agent("software", software), plan or None)
        return name

    def agent(self, kind: str, identifier: str) -> str:
        """Tell an agent, and return its name: a person, a program, a system or equipment."""
        name, new = self.named(kind, identifier)
        if new:
            self._told.add((name,))
            facts = [("prov:type", _AGENTS[kind])] if kind in _AGENTS else []
            self.document.agent(name, [("prov:label", identifier), *facts])
        return name

    def used(self, activity: str, entity: str) -> None:
        """Tell that an activity used an entity."""
        if (activity, entity) not in self._told:
            self._told.add((activity, entity))
            self.document.usage(activity, entity)
