"""The samples of a batch as objects of the LIMS: batch, analysis requests, analyses."""

from __future__ import annotations

from datetime import datetime, timedelta

from infra.plant.chance import identifier
from infra.plant.laboratory import Finding, Sample
from infra.plant.lims_setup import limits, ranges
from infra.plant.methods import RANGES
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
    content = skeleton(seed, "AnalysisRequest", path, one.id, _written(one.received))
    batch_path = f"{CLIENT}/{one.batch}"
    counted = [finding for finding in one.findings if finding.state != "retracted"]
    done = [finding.verified for finding in counted if finding.verified]
    missing = len(counted) - len(done)
    verified = max(done) if not missing else None
    last = max([one.received, *done])
    published = verified if one.state == "published" else None
    kind = setup_path("SampleType", one.kind)
    content |= {
        "Analyses": [reference(seed, "Analysis", f"{path}/{f.id}") for f in one.findings],
        "Batch": reference(seed, "Batch", batch_path),
        "BatchID": one.batch,
        "BatchURL": batch_path,
        "Client": reference(seed, "Client", CLIENT),
        "ClientSampleID": one.coi,
        "DatePublished": published.strftime("%Y-%m-%d %I:%M %p") if published else None,
        "DateReceived": moment(one.received),
        "DateSampled": moment(one.sampled),
        "Invalidated": reference(seed, "AnalysisRequest", f"{CLIENT}/{one.invalidates}")
        if one.invalidates
        else {},
        "ReceivedBy": "P-041",
        "ResultsRange": ranges(one.kind, seed),
        "SampleType": reference(seed, "SampleType", kind),
        "SampleTypeTitle": one.kind,
        "SampleTypeUID": identifier(seed, "uid", kind),
        "Specification": reference(seed, "AnalysisSpec", setup_path("AnalysisSpec", one.kind)),
        "assigned_state": "unassigned" if missing else "not_applicable",
        "description": f"{one.id} ",
        "getAnalysesNum": [len(done), len(counted), missing, 0],
        "getBatchID": one.batch,
        "getBatchUID": identifier(seed, "uid", batch_path),
        "getBatchURL": batch_path,
        "getClientID": "BPDEMO",
        "getClientSampleID": one.coi,
        "getClientUID": identifier(seed, "uid", CLIENT),
        "getClientURL": CLIENT,
        "getDatePublished": moment(published),
        "getDateReceived": moment(one.received),
        "getDateSampled": moment(one.sampled),
        "getDateVerified": moment(verified),
        "getDueDate": moment(one.received + _DUE),
        "getPhysicalPath": path.split("/"),
        "getPrioritySortkey": f"3.{moment(one.received)}",
        "getProgress": 100 * len(done) // len(counted),
        "getSampleTypeTitle": one.kind,
        "getSampleTypeUID": identifier(seed, "uid", kind),
        "modification_date": moment(last),
        "modified": moment(last),
        "review_state": one.state,
    }
    return stored(content, one.batch)


def analysis(found: Finding, one: Sample, seed: int) -> Stored:
    """Return the object of one analysis."""
    path = f"{CLIENT}/{one.id}/{found.id}"
    test = found.test
    content = skeleton(seed, "Analysis", path, test.title, _written(one.received))
    service = setup_path("AnalysisService", test.keyword)
    retest = f"{CLIENT}/{one.id}/{found.retest_of}" if found.retest_of else ""
    verifiers = [found.verifier] if found.verifier else []
    modified = moment(found.verified or found.captured or one.received)
    spec = RANGES[one.kind].get(test.keyword)
    content |= _form(found)
    content |= {
        "AnalysisService": reference(seed, "AnalysisService", service),
        "Analyst": found.analyst or None,
        "Instrument": reference(seed, "Instrument", setup_path("Instrument", test.instrument))
        if test.instrument
        else {},
        "Keyword": test.keyword,
        "Method": reference(seed, "Method", setup_path("Method", test.method)),
        "Remarks": found.remarks or None,
        "Result": found.result,
        "ResultCaptureDate": moment(found.captured),
        "ResultsRange": limits(test.keyword, spec, seed) if spec else None,
        "RetestOf": reference(seed, "Analysis", retest) if retest else {},
        "Unit": test.unit or None,
        "getDateReceived": moment(one.received),
        "getDateSampled": moment(one.sampled),
        "getDueDate": moment(one.received + _DUE),
        "getKeyword": test.keyword,
        "getLastVerificator": found.verifier or None,
        "getMethodTitle": test.method,
        "getMethodURL": setup_path("Method", test.method),
        "getNumberOfVerifications": len(verifiers),
        "getParentURL": f"{CLIENT}/{one.id}",
        "getRemarks": found.remarks,
        "getRequestID": one.id,
        "getRequestURL": f"{CLIENT}/{one.id}",
        "getResult": found.result or "",
        "getResultCaptureDate": moment(found.captured),
        "getRetestOfUID": identifier(seed, "uid", retest) if retest else "",
        "getSampleTypeUID": identifier(seed, "uid", setup_path("SampleType", one.kind)),
        "getServiceUID": identifier(seed, "uid", service),
        "getSubmittedBy": (found.submitter or None) if found.result is not None else None,
        "getUnit": test.unit,
        "getVerificators": verifiers,
        "modification_date": modified,
        "modified": modified,
        "review_state": found.state,
    }
    return stored(content, one.batch)


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
