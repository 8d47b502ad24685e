"""From a text in a capture to an observation: what every reader fills in the same way."""

from dataclasses import dataclass

from contracts.evidence import Capture
from contracts.observation import Observation, Origin, Provenance, Status, Subject
from contracts.sources.contract import SourceContract, Term
from contracts.sources.record import Written
from contracts.sources.results import read_result


@dataclass(frozen=True, slots=True)
class Asked:
    """What is being read: a source's contract, the batch it was asked for, its zone of time."""

    contract: SourceContract
    batch: str
    zone: str

    def observe(
        self, capture: Capture, written: Written, term: Term, about: tuple[Subject, str]
    ) -> Observation:
        """Return the observation that a text makes of a subject at a step, final, by interface.

        Whoever read more about it (who, when, how, its standing) replaces those parts.
        """
        subject, step = about
        return Observation(
            batch=self.batch,
            source=self.contract.source,
            subject=subject,
            step=step,
            characteristic=term.name,
            as_written=written.text,
            value=read_result(written, term, self.zone),
            unit=term.unit,
            occurred_at=None,
            recorded_at=None,
            captured_at=capture.captured_at,
            zone=self.zone,
            recorded_by="",
            instrument="",
            status=Status.FINAL,
            provenance=Provenance.INTERFACE,
            origin=Origin((written.place,)),
        )


def qualified(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the further facts that are known, sorted."""
    return tuple(sorted((name, value) for name, value in pairs if value))
