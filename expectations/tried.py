"""Every example beside a rule, put to Great Expectations as well: the other judge's word on it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contracts import reference
from contracts.criterion import Criterion
from contracts.question import Question
from expectations import suite
from expectations.examples import Example


def disagreements(examples: Sequence[Example]) -> Iterator[tuple[str, str]]:
    """Yield the place of each example on which the two judges differ, and how they do.

    What its author expects is held against the reference judge when the files are read: where the
    judges agree, it is held against both.

    Raises:
        JudgementError: Great Expectations left a point out or could not evaluate one.
    """
    for together in _rounds(examples):
        asked = tuple(_merged(own) for own in together)
        answers, others = reference.judge(asked), suite.judge(asked)
        for example in (one for own in together for one in own):
            for name, point in _points(example.question()):
                said, other = answers.get((name, point)), others.get((name, point))
                if said != other:
                    words = f"the reference judge says {said}, Great Expectations {other}"
                    yield example.where, f"the two judges differ on {name}: {words}"


def _rounds(examples: Sequence[Example]) -> Iterator[list[list[Example]]]:
    """Yield the examples in rounds, in each those of one criterion with one set of limits.

    A criterion is asked once a round; its limits of another day or batch come in the next.
    """
    known: dict[str, dict[Criterion, list[Example]]] = {}
    for one in examples:
        if one.question().points:
            known.setdefault(one.criterion.id, {}).setdefault(one.criterion, []).append(one)
    left = [list(by_limits.values()) for by_limits in known.values()]
    while left:
        yield [own[0] for own in left]
        left = [own[1:] for own in left if own[1:]]


def _merged(examples: Sequence[Example]) -> Question:
    asked = [one.question() for one in examples]
    return replace(asked[0], points=tuple(point for one in asked for point in one.points))


def _points(question: Question) -> Iterator[tuple[str, str]]:
    for one in question.by_kind():
        for point in one.points:
            yield one.criterion.id, point.id
