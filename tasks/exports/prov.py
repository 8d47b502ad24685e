"""One value's whole story as W3C PROV (PROV-JSON), for tools that read provenance.

Terms are those of PROV-DM (W3C Recommendation 30 April 2013). Persons are the ids that the record
itself uses. What a series of readings was reduced to names the series and the readings it quotes,
never every reading: the document does not grow with their number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from prov.model import ProvDocument

from contracts.canonical import Json, canonical
from contracts.conversion import Conversion
from contracts.criterion import Criterion
from contracts.evidence import Digest, Place
from contracts.observation import Number, Observation
from contracts.opened import Opened, Read, member_of
from contracts.quote import Quote
from contracts.reading_at import moment_of, place_of, reading_in
from contracts.reading_index import ProvedReading
from contracts.sources.opcua_status import in_words
from contracts.times import written
from contracts.tracer import Tracer
from tasks.exports.prov_words import OURS, Telling
from tasks.sound import Sound

_BY: Final = ("analyst", "verified_by")
"""Qualifiers of an observation that name a person."""


def write(sound: Sound, place: Path, item: str) -> None:
    """Write the PROV-JSON of an item: a criterion (its verdict), an observation, or `TAG@TIME`.

    Raises:
        NotFoundError: the package has no such item.
        IntegrityError: the package is not what it says.
    """
    told = document(sound.opened(), sound.read, sound.manifest.root, item)
    record: Json = json.loads(str(told.serialize(format="json")))
    place.write_bytes(canonical(record))


def document(package: Opened, read: Read, root: Digest, item: str) -> ProvDocument:
    """Return the story of an item; names are made from the package's root, so they never clash.

    Raises:
        NotFoundError, IntegrityError: as for `contracts.tracer.Tracer.trace`.
    """
    tracer = Tracer(read, lambda path, at, length: read(path)[at : at + length])
    quotes = {one.place: one for one in tracer.trace(item).quotes}
    story = _Story(package, root, quotes)
    if "@" in item:
        story.reading(reading_in(tracer.readings, item), item)
    elif item in package.verdicts:
        story.verdict(item)
    else:
        story.observation(member_of(package.observations, item, "verdict or observation"))
    return story.document


class _Story(Telling):
    """Tells what a package says of an item, from the item down to the asking."""

    def __init__(self, package: Opened, root: Digest, quotes: Mapping[Place, Quote]) -> None:
        super().__init__(root)
        self.package = package
        self.quotes = quotes

    def verdict(self, item: str) -> None:
        """Tell a verdict: what was judged, by whom, and how the answers became one."""
        verdict = self.package.verdicts[item]
        criteria = {one.id: one for one in self.package.criteria}
        criterion = member_of(criteria, item, "criterion")
        about = {"outcome": verdict.outcome.value, "value": verdict.value, "unit": verdict.unit}
        name = self.entity("verdict", item, about | {"message": verdict.message})
        against = self._criterion(criterion)
        judged = [self._judged(one, criterion) for one in self._of(verdict.observations)]
        concluding = self.activity("concluding", item, "batchproof")
        answers = [one for one in self.package.answers if one.criterion == item]
        said = {
            "great_expectations": [one.great_expectations for one in answers],
            "reference": [one.reference for one in answers],
        }
        for judge, words in said.items():
            judging = self.activity("judging", f"{judge}/{item}", judge, plan=against)
            answer = self.entity("answer", f"{judge}/{item}", {"said": ", ".join(words)})
            for used in (against, *judged):
                self.used(judging, used)
            self.document.generation(answer, judging)
            self.used(concluding, answer)
            self.document.derivation(name, answer)
        self.document.generation(name, concluding)
        for one in judged:
            self.document.derivation(name, one)

    def observation(self, one: Observation) -> str:
        """Tell an observation down to its captured bytes, and return its name."""
        name, new = self.named("observation", one.id)
        if not new:
            return name
        self.entity("observation", one.id, _facts(one))
        if one.recorded_by == OURS:
            self._calculated(name, one)
        else:
            self._read(name, one)
        for place in one.origin.places:
            self._quoted(name, place)
        return name

    def reading(self, found: ProvedReading, item: str) -> None:
        """Tell one equipment reading."""
        record, place = found.page.record, place_of(found)
        about = {"at": moment_of(found), "status": in_words(found.leaf.status)}
        about |= {"characteristic": str(record["characteristic"]).replace("_", " ")}
        about |= {"unit": str(record["unit"]), "value": repr(found.leaf.value)}
        name = self.entity("reading", item, about)
        reading_out = self.activity("reading_out", "equipment", "batchproof")
        self.used(reading_out, self._capture(place.capture))
        self.document.generation(name, reading_out)
        self._quoted(name, place)
        self.document.attribution(name, self.agent("equipment", found.page.tag))

    def _of(self, identifiers: Sequence[str]) -> Iterator[Observation]:
        for identifier in dict.fromkeys(identifiers):
            yield member_of(self.package.observations, identifier, "observation")

    def _criterion(self, criterion: Criterion) -> str:
        strategy = self.entity("strategy", "control_strategy", {"sha256": self.package.strategy})
        limit = criterion.limit
        about = {"title": criterion.title, "limit": criterion.in_words(limit)}
        name = self.entity("criterion", criterion.id, about)
        cited = self.entity("citation", limit.cites, {})
        self.document.derivation(name, strategy)
        self.document.primary_source(name, cited)
        return name

    def _judged(self, one: Observation, criterion: Criterion) -> str:
        """Tell what was put to the judges: the observation, or its number in another unit."""
        name = self.observation(one)
        by = next((way for way in criterion.conversions if way.unit == one.unit), None)
        if by is None or by.changes_nothing or not isinstance(one.value, Number):
            return name
        return self._converted(name, one, by, criterion.unit)

    def _converted(self, name: str, one: Observation, by: Conversion, unit: str) -> str:
        assert isinstance(one.value, Number)  # noqa: S101 (its caller asked)
        number = Number(by.apply(one.value.number), one.value.bound)
        converting = self.activity("converting", f"{one.id}/{unit}", "batchproof")
        converted = self.entity(
            "converted", f"{one.id}/{unit}", {"value": str(number), "unit": unit}
        )
        self.used(converting, name)
        self.document.generation(converted, converting)
        ratio = {f"{OURS}:factor": str(by.factor), f"{OURS}:offset": str(by.offset)}
        self.document.derivation(converted, name, converting, other_attributes=ratio)
        return converted

    def _calculated(self, name: str, one: Observation) -> None:
        calculating = self.activity("calculating", one.id, "batchproof")
        for origin in one.origin.derived_from:
            if origin in self.package.observations:
                source = self.observation(self.package.observations[origin])
            else:
                source = self._series(origin, one)
            self.used(calculating, source)
            self.document.derivation(name, source, calculating)
        self.document.generation(name, calculating)

    def _series(self, origin: str, one: Observation) -> str:
        name, new = self.named("series", origin)
        if new:
            tag = origin.removeprefix("series:").split("[", 1)[0]
            pages = [page for page in self.package.series if page.tag == tag]
            about = {"pages": str(len(pages)), "readings": str(sum(page.count for page in pages))}
            self.entity("series", origin, about)
            self.document.attribution(name, self.agent("equipment", tag))
            for digest in dict.fromkeys(place.capture for place in one.origin.places):
                self.document.derivation(name, self._capture(digest))
        return name

    def _read(self, name: str, one: Observation) -> None:
        reading_out = self.activity("reading_out", one.source, "batchproof")
        for digest in dict.fromkeys(place.capture for place in one.origin.places):
            self.used(reading_out, self._capture(digest))
        self.document.generation(name, reading_out)
        people = [("recorded_by", one.recorded_by)]
        people += [(key, said) for key, said in one.qualifiers if key in _BY]
        for role, person in people:
            if person:
                by = {f"{OURS}:as": role}
                self.document.attribution(name, self.agent("person", person), other_attributes=by)
        if one.instrument:
            self.document.attribution(name, self.agent("equipment", one.instrument))

    def _quoted(self, name: str, place: Place) -> None:
        span = {"length": str(place.length), "offset": str(place.offset)}
        span |= {"pointer": place.pointer, "text": self.quotes[place].text}
        about = {f"{OURS}:{key}": said for key, said in span.items()}
        self.document.quotation(name, self._capture(place.capture), other_attributes=about)

    def _capture(self, digest: Digest) -> str:
        name, new = self.named("capture", digest)
        if new:
            one = member_of(self.package.captures, digest, "capture")
            about = {"sha256": digest, "size": str(one.size), "contract": one.contract}
            self.entity("capture", digest, about | {"request": one.request})
            capturing = self.activity("capturing", digest, "batchproof")
            self.document.generation(name, capturing, written(one.captured_at))
            self.document.attribution(name, self.agent("system", f"{one.source}/{one.system}"))
        return name


def _facts(one: Observation) -> dict[str, str]:
    moments = {"occurred_at": one.occurred_at, "recorded_at": one.recorded_at}
    return {
        "as_written": one.as_written,
        "characteristic": one.characteristic,
        "provenance": one.provenance.value,
        "recipe": one.origin.recipe,
        "status": one.status.value,
        "step": one.step,
        "unit": one.unit,
        "value": str(one.value),
        **{key: written(moment) for key, moment in moments.items() if moment is not None},
    }
