"""The words of OPC UA status codes (Part 4 and Part 6): good, uncertain or bad, and why."""

_SEVERITY = ("Good", "Uncertain", "Bad", "Bad")
_NAMES = {
    0x0000_0000: "Good",
    0x0096_0000: "GoodLocalOverride",
    0x00A2_0000: "GoodEntryInserted",
    0x00A3_0000: "GoodEntryReplaced",
    0x00A5_0000: "GoodNoData",
    0x00A6_0000: "GoodMoreData",
    0x4000_0000: "Uncertain",
    0x408F_0000: "UncertainNoCommunicationLastUsableValue",
    0x4090_0000: "UncertainLastUsableValue",
    0x4091_0000: "UncertainSubstituteValue",
    0x4092_0000: "UncertainInitialValue",
    0x4093_0000: "UncertainSensorNotAccurate",
    0x4094_0000: "UncertainEngineeringUnitsExceeded",
    0x4095_0000: "UncertainSubNormal",
    0x40A4_0000: "UncertainDataSubNormal",
    0x8000_0000: "Bad",
    0x8001_0000: "BadUnexpectedError",
    0x8002_0000: "BadInternalError",
    0x8005_0000: "BadCommunicationError",
    0x8007_0000: "BadEncodingError",
    0x8008_0000: "BadEncodingLimitsExceeded",
    0x800A_0000: "BadTimeout",
    0x801F_0000: "BadUserAccessDenied",
    0x8031_0000: "BadNoCommunication",
    0x8032_0000: "BadWaitingForInitialData",
    0x8033_0000: "BadNodeIdInvalid",
    0x8034_0000: "BadNodeIdUnknown",
    0x803A_0000: "BadNotReadable",
    0x803D_0000: "BadNotSupported",
    0x804A_0000: "BadContinuationPointInvalid",
    0x804B_0000: "BadNoContinuationPoints",
    0x8071_0000: "BadHistoryOperationInvalid",
    0x8072_0000: "BadHistoryOperationUnsupported",
    0x8089_0000: "BadConfigurationError",
    0x808A_0000: "BadNotConnected",
    0x808B_0000: "BadDeviceFailure",
    0x808C_0000: "BadSensorFailure",
    0x808D_0000: "BadOutOfService",
    0x809B_0000: "BadNoData",
    0x80D7_0000: "BadBoundNotFound",
}
_EXPLAINED = {
    0x8034_0000: "the server does not know this node",
    0x8031_0000: "no communication with the data source",
    0x4090_0000: "the last usable value, no longer fresh",
    0x808C_0000: "the sensor failed",
    0x8072_0000: "the server keeps no history of this node",
}
_INFORMATION = 0xFFFF


def in_words(status: int) -> str:
    """Return a status code in words, with its hexadecimal form unless it is plainly Good."""
    if status == 0:
        return "Good"
    code = status & ~_INFORMATION
    name = _NAMES.get(code, _SEVERITY[status >> 30 & 3])
    explained = f": {_EXPLAINED[code]}" if code in _EXPLAINED else ""
    return f"{name} (0x{status:08X}{explained})"
