"""What each of the two judges said of a point: the record behind a verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.canonical import Json
from contracts.members import Record, text
from contracts.question import Answer, Answers, Question


@dataclass(frozen=True, slots=True)
class Answered:
    """Both judges' answers on one point of one limit."""

    criterion: str
    """The criterion's id, with the kind of limit where it is not the blocking one."""
    point: str
    great_expectations: Answer
    reference: Answer

    def record(self) -> dict[str, Json]:
        """Return the answers as a canonical record."""
        return {
            "criterion": self.criterion,
            "great_expectations": self.great_expectations.value,
            "point": self.point,
            "reference": self.reference.value,
        }


def answered(record: Record) -> Answered:
    """Return the answers that a record says."""
    return Answered(
        criterion=text(record, "criterion"),
        point=text(record, "point"),
        great_expectations=Answer(text(record, "great_expectations")),
        reference=Answer(text(record, "reference")),
    )


def both_answered(asked: Sequence[Question], answers: Answers) -> Iterator[Answered]:
    """Yield the answers in the order in which they were asked for.

    `answers` are those on which both judges agree: what either of them said.
    """
    for question in asked:
        for one in question.by_kind():
            for point in one.points:
                said = answers[one.criterion.id, point.id]
                yield Answered(one.criterion.id, point.id, said, said)
