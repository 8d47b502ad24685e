"""The samples of a batch as objects of the LIMS: batch, analysis requests, analyses."""

from __future__ import annotations

from datetime import datetime, timedelta

from infra.plant.chance import identifier
from infra.plant.laboratory import Finding, Sample
from infra.plant.lims_setup import limits, ranges
from infra.plant.senaite import (
    CLIENT,
    Json,
    Stored,
    moment,
    reference,
    setup_path,
    skeleton,
    stored,
)

_DUE = timedelta(days=5)


def batch(name: str, created: datetime, seed: int) -> Stored:
    """Return the batch object."""
    content = skeleton(seed, "Batch", f"{CLIENT}/{name}", name, _written(created))
    content |= {
        "BatchID": name,
        "BatchDate": moment(created),
        "Client": reference(seed, "Client", CLIENT),
        "getClientID": "BPDEMO",
        "review_state": "open",
        "sortable_title": name.lower(),
    }
    return stored(content, name)


def sample(one: Sample, seed: int) -> Stored:
    """Return the object of a sample, which SENAITE calls an analysis request."""
    path = f"{CLIENT}/{one.id}"
    kind = setup_path("SampleType", one.panel.kind)
    content = skeleton(seed, "AnalysisRequest", path, one.id, _written(one.received))
    content |= _belonging(one, seed) | _progress(one)
    content |= {
        "Analyses": [reference(seed, "Analysis", f"{path}/{f.id}") for f in one.findings],
        "ClientSampleID": one.identity,
        "DateReceived": moment(one.received),
        "DateSampled": moment(one.sampled),
        "Invalidated": _named(seed, "AnalysisRequest", one.invalidates),
        "ReceivedBy": "P-041",
        "ResultsRange": ranges(one.panel, seed),
        "SampleType": reference(seed, "SampleType", kind),
        "SampleTypeTitle": one.panel.kind,
        "SampleTypeUID": identifier(seed, "uid", kind),
        "Specification": reference(
            seed, "AnalysisSpec", setup_path("AnalysisSpec", one.panel.kind)
        ),
        "description": f"{one.id} ",
        "getClientSampleID": one.identity,
        "getDateReceived": moment(one.received),
        "getDateSampled": moment(one.sampled),
        "getDueDate": moment(one.received + _DUE),
        "getPhysicalPath": path.split("/"),
        "getPrioritySortkey": f"3.{moment(one.received)}",
        "getSampleTypeTitle": one.panel.kind,
        "getSampleTypeUID": identifier(seed, "uid", kind),
        "review_state": one.state,
    }
    return stored(content, one.batch)


def _belonging(one: Sample, seed: int) -> Json:
    """Return which batch and which client a sample belongs to."""
    path = f"{CLIENT}/{one.batch}"
    return {
        "Batch": reference(seed, "Batch", path),
        "BatchID": one.batch,
        "BatchURL": path,
        "Client": reference(seed, "Client", CLIENT),
        "getBatchID": one.batch,
        "getBatchUID": identifier(seed, "uid", path),
        "getBatchURL": path,
        "getClientID": "BPDEMO",
        "getClientUID": identifier(seed, "uid", CLIENT),
        "getClientURL": CLIENT,
    }


def _progress(one: Sample) -> Json:
    """Return how far the laboratory is with a sample; what was retracted does not count."""
    counted = [finding for finding in one.findings if finding.state != "retracted"]
    done = [finding.verified for finding in counted if finding.verified]
    missing = len(counted) - len(done)
    verified = max(done) if not missing else None
    published = verified if one.state == "published" else None
    modified = moment(max([one.received, *done]))
    return {
        "DatePublished": published.strftime("%Y-%m-%d %I:%M %p") if published else None,
        "assigned_state": "unassigned" if missing else "not_applicable",
        "getAnalysesNum": [len(done), len(counted), missing, 0],
        "getDatePublished": moment(published),
        "getDateVerified": moment(verified),
        "getProgress": 100 * len(done) // len(counted),
        "modification_date": modified,
        "modified": modified,
    }


def analysis(found: Finding, one: Sample, seed: int) -> Stored:
    """Return the object of one analysis."""
    parent = f"{CLIENT}/{one.id}"
    test = found.test
    path = f"{parent}/{found.id}"
    content = skeleton(seed, "Analysis", path, test.title, _written(one.received))
    content |= _form(found) | _work(found, one) | _method(found, seed)
    spec = one.panel.limits.get(test.keyword)
    first = f"{one.id}/{found.retest_of}" if found.retest_of else ""
    content |= {
        "Keyword": test.keyword,
        "Result": found.result,
        "ResultsRange": limits(test.keyword, spec, seed) if spec else None,
        "RetestOf": _named(seed, "Analysis", first),
        "Unit": test.unit or None,
        "getKeyword": test.keyword,
        "getParentURL": parent,
        "getRequestID": one.id,
        "getRequestURL": parent,
        "getResult": found.result or "",
        "getRetestOfUID": identifier(seed, "uid", f"{CLIENT}/{first}") if first else "",
        "getSampleTypeUID": identifier(seed, "uid", setup_path("SampleType", one.panel.kind)),
        "getUnit": test.unit,
        "review_state": found.state,
    }
    return stored(content, one.batch)


def _method(found: Finding, seed: int) -> Json:
    """Return by which service, method and instrument a result came about."""
    test = found.test
    service = setup_path("AnalysisService", test.keyword)
    method = setup_path("Method", test.method)
    used = setup_path("Instrument", test.instrument)
    return {
        "AnalysisService": reference(seed, "AnalysisService", service),
        "Instrument": reference(seed, "Instrument", used) if test.instrument else {},
        "Method": reference(seed, "Method", method),
        "getMethodTitle": test.method,
        "getMethodURL": method,
        "getServiceUID": identifier(seed, "uid", service),
    }


def _work(found: Finding, one: Sample) -> Json:
    """Return who worked on an analysis, and when."""
    verifiers = [found.verifier] if found.verifier else []
    modified = moment(found.verified or found.captured or one.received)
    return {
        "Analyst": found.analyst or None,
        "Remarks": found.remarks or None,
        "ResultCaptureDate": moment(found.captured),
        "getDateReceived": moment(one.received),
        "getDateSampled": moment(one.sampled),
        "getDueDate": moment(one.received + _DUE),
        "getLastVerificator": found.verifier or None,
        "getNumberOfVerifications": len(verifiers),
        "getRemarks": found.remarks,
        "getResultCaptureDate": moment(found.captured),
        "getSubmittedBy": (found.submitter or None) if found.result is not None else None,
        "getVerificators": verifiers,
        "modification_date": modified,
        "modified": modified,
    }


def _named(seed: int, kind: str, name: str) -> Json:
    return reference(seed, kind, f"{CLIENT}/{name}") if name else {}


def _form(found: Finding) -> Json:
    """Return how a result is written: a number, a word, a number below the detection limit."""
    test = found.test
    limited = test.detection_limit != "0"
    typed_in = found.result is not None and found.result.startswith(("<", ">"))
    return {
        "AllowManualDetectionLimit": True if limited else None,
        "DetectionLimitOperand": found.operand or None,
        "DetectionLimitSelector": True if limited else None,
        "LowerDetectionLimit": test.detection_limit,
        "ResultType": "string" if test.is_text or typed_in else "numeric",
        "StringResult": True if typed_in else None,
    }


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
