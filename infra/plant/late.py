"""What happens to a result after it was collected: it is late, corrected, changed, or gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from infra.plant.laboratory import Finding, Sample, Step

_MEASURED = timedelta(hours=2)
_VERIFIED = timedelta(minutes=30)
_STERILITY = "STER"
_NO_GROWTH, _GROWTH = "No growth", "Growth"
_FAILING = "61.0"
_KEEPER, _HEAD = "P-053", "P-051"


class UnknownLaterError(ValueError):
    """The plant was told to go on in a way that it cannot."""


@dataclass(frozen=True, slots=True)
class Later:
    """One thing that happens to one result of a batch: what, to which test, and when.

    `keyword` and `result` may be empty: each kind has its own usual test and its own usual value.
    """

    batch: str
    what: str
    keyword: str
    result: str
    reason: str
    at: datetime


def lived(sample: Sample, later: Later) -> Sample:
    """Return the release sample of a batch after one more thing happened to it.

    Raises:
        UnknownLaterError: nothing of that kind can happen to this sample.
    """
    if later.what not in KINDS:
        raise UnknownLaterError(f"'{later.what}' is not one of {', '.join(sorted(KINDS))}")
    return replace(sample, findings=KINDS[later.what](sample.findings, later))


_Findings = tuple[Finding, ...]


def _final(findings: _Findings, later: Later) -> _Findings:
    return _read_at_the_end(findings, later, _NO_GROWTH)


def _growth(findings: _Findings, later: Later) -> _Findings:
    return _read_at_the_end(findings, later, _GROWTH)


def _read_at_the_end(findings: _Findings, later: Later, words: str) -> _Findings:
    """Put the last reading of the sterility test where its reading of an earlier day stood."""
    found = _of(findings, later.keyword or _STERILITY)
    result = later.result or words
    done = replace(
        _told(found),
        result=result,
        state="verified",
        captured=later.at - _MEASURED,
        verified=later.at - _VERIFIED,
        submitter=found.submitter or "P-045",
        verifier=found.verifier or _HEAD,
    )
    submit = Step("submit", "to_be_verified", done.submitter, later.at - _MEASURED)
    steps = (
        replace(submit, diff=(("Result", found.result, result),)),
        Step("verify", "verified", done.verifier, later.at - _VERIFIED),
    )
    return _with(findings, found, replace(done, later=(*found.later, *steps)))


def _corrected(findings: _Findings, later: Later) -> _Findings:
    """Retract a result and add the analysis that replaces it, as SENAITE does."""
    found = _of(findings, later.keyword or _usual(findings))
    why = later.reason or "Corrected: the dilution factor of the second plate was not entered."
    step = Step("retract", "retracted", _HEAD, later.at - _MEASURED - _VERIFIED, comment=why)
    retracted = replace(
        _told(found),
        state="retracted",
        verified=None,
        verifier="",
        remarks=why,
        later=(*found.later, step),
    )
    return _with(findings, found, retracted, _again(found, findings, later, why))


def _in_place(findings: _Findings, later: Later) -> _Findings:
    """Change a final value in its own record, as the audit trail tells."""
    found = _of(findings, later.keyword or _usual(findings))
    result = later.result or _next(found)
    step = Step(
        "edit",
        found.state,
        _KEEPER,
        later.at - _VERIFIED,
        diff=(("Result", found.result, result),),
        comment=later.reason or "Typing error; compared with the printout of the instrument.",
    )
    changed = replace(_told(found), result=result, later=(*found.later, step))
    return _with(findings, found, changed)


def _silently(findings: _Findings, later: Later) -> _Findings:
    """Change a final value behind the back of the LIMS: its audit trail tells nothing of it."""
    found = _of(findings, later.keyword or _usual(findings))
    return _with(findings, found, replace(_told(found), result=later.result or _next(found)))


def _retested(findings: _Findings, later: Later) -> _Findings:
    """Let a result fail, and let the laboratory test again and find what it had found before."""
    found = _of(findings, later.keyword or _usual(findings))
    why = later.reason or "Retest of an out-of-specification result, investigation OOS-26-0019."
    failed = replace(found, result=later.result or _FAILING)
    good = replace(later, result=found.result or "")
    return _with(findings, found, failed, _again(found, findings, good, why))


def _vanished(findings: _Findings, later: Later) -> _Findings:
    """Take a result out of the LIMS, with every mention of it: by default one that was repeated."""
    repeated = [one.retest_of for one in findings if one.retest_of and one.state == "verified"]
    gone = later.keyword or next(iter(repeated), "")
    if not gone:
        raise UnknownLaterError("no result of this batch was tested again: name a keyword")
    found = _of(findings, gone)
    return tuple(
        replace(one, retest_of="", remarks="") if one.retest_of == found.id else one
        for one in findings
        if one is not found
    )


KINDS: Mapping[str, Callable[[_Findings, Later], _Findings]] = {
    "changed-in-place": _in_place,
    "changed-without-trace": _silently,
    "corrected-result": _corrected,
    "retested": _retested,
    "sterility-final": _final,
    "sterility-growth": _growth,
    "vanished": _vanished,
}
"""What can happen to a result, by its name."""


def _of(findings: _Findings, keyword: str) -> Finding:
    """Return the analysis of this id: a keyword, or KEYWORD-1 for its first repetition."""
    found = next((one for one in findings if one.id == keyword), None)
    if found is None:
        known = ", ".join(one.id for one in findings)
        raise UnknownLaterError(f"no analysis '{keyword}' on the release sample, which has {known}")
    return found


def _usual(findings: _Findings) -> str:
    """Return the first test that is a final number: what happens to a result happens to it."""
    return next(
        one.id
        for one in findings
        if one.state == "verified" and not one.test.is_text and not one.operand
    )


def _told(found: Finding) -> Finding:
    """Return a finding whose audit trail keeps what it has told of it until now."""
    return replace(found, before=found.before or found)


def _with(findings: _Findings, found: Finding, *instead: Finding) -> _Findings:
    """Return the findings with one in another form; what follows it is listed last."""
    first, *more = instead
    return (*(first if one is found else one for one in findings), *more)


def _again(found: Finding, findings: _Findings, later: Later, why: str) -> Finding:
    """Return one more analysis of the same test, which names the one that it repeats."""
    count = sum(one.test.keyword == found.test.keyword for one in findings)
    return Finding(
        id=f"{found.test.keyword}-{count}",
        test=found.test,
        result=later.result or _next(found),
        state="verified",
        captured=later.at - _MEASURED,
        verified=later.at - _VERIFIED,
        analyst=found.analyst,
        submitter=found.submitter,
        verifier=found.verifier or _HEAD,
        retest_of=found.id,
        remarks=why,
    )


def _next(found: Finding) -> str:
    """Return the number one step of its last place above a result."""
    try:
        number = Decimal(found.result or "")
    except InvalidOperation:
        raise UnknownLaterError(f"{found.id} is no number: say which result it becomes") from None
    return str(number + Decimal(1).scaleb(int(number.as_tuple().exponent)))
