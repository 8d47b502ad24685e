"""Every OPC UA status code has a stated treatment, written out here once more by hand."""

from asyncua import ua

from contracts.reading_kinds import Kind, kind, speaking
from contracts.sources import opcua_status

CODES = {
    name: code
    for name, code in vars(ua.StatusCodes).items()
    if isinstance(code, int) and not name.startswith("_")
}
SUBSTITUTED = {
    "GoodLocalOverride",
    "GoodEntryInserted",
    "GoodEntryReplaced",
    "GoodEdited",
    "GoodEdited_DependentValueChanged",
    "GoodEdited_DominantValueChanged",
    "GoodEdited_DominantValueChanged_DependentValueChanged",
    "GoodFaultStateActive",
    "UncertainSubstituteValue",
    "UncertainInitialValue",
    "UncertainTransducerInManual",
    "UncertainSimulatedValue",
}
WITHOUT_VALUE = {"GoodNoData", "GoodDataIgnored"}
RAW, CALCULATED, INTERPOLATED, RESERVED = 0x0400, 0x0401, 0x0402, 0x0403
OVERFLOW, LOW, HIGH, CONSTANT = 0x0480, 0x0500, 0x0600, 0x0700
PARTIAL, EXTRA, MULTIPLE = 0x0404, 0x0408, 0x0410
SEMANTICS, STRUCTURE = 0x4000, 0x8000


def by_hand(name):
    if name.startswith("Bad") or name in WITHOUT_VALUE:
        return Kind.BAD
    if name in SUBSTITUTED:
        return Kind.SUBSTITUTED
    return Kind.UNCERTAIN if name.startswith("Uncertain") else Kind.GOOD


def test_every_known_code_is_what_the_table_says():
    assert len(CODES) > 250
    assert set(CODES) >= SUBSTITUTED | WITHOUT_VALUE
    for name, code in CODES.items():
        assert kind(code) is by_hand(name), name
    for code in opcua_status._NAMES:  # noqa: SLF001 (every code that has words has a kind)
        assert kind(code) is by_hand(opcua_status._NAMES[code]), hex(code)  # noqa: SLF001


def test_what_nobody_measured_is_substituted_and_what_is_doubtful_too_is_doubtful():
    for name, code in CODES.items():
        for bits in (CALCULATED, INTERPOLATED, RESERVED, CALCULATED | PARTIAL):
            plain = by_hand(name)
            marked = {Kind.GOOD: Kind.SUBSTITUTED, Kind.UNCERTAIN: Kind.DOUBTFUL}.get(plain, plain)
            assert kind(code | bits) is marked, name


def test_bits_that_say_nothing_about_who_measured_change_nothing():
    harmless = (RAW, OVERFLOW, LOW, HIGH, CONSTANT, PARTIAL, EXTRA, MULTIPLE, 0x0001, 0x0003)
    for name, code in CODES.items():
        for bits in harmless:  # the last two without the info type of a value
            assert kind(code | bits) is by_hand(name), (name, hex(bits))


def test_a_unit_or_shape_that_may_have_changed_makes_a_good_reading_uncertain():
    for bits in (SEMANTICS, STRUCTURE, SEMANTICS | STRUCTURE):
        assert kind(bits) is Kind.UNCERTAIN
        assert kind(CODES["UncertainSubNormal"] | bits) is Kind.UNCERTAIN
        assert kind(CODES["BadSensorFailure"] | bits) is Kind.BAD


def test_unknown_codes_are_taken_by_their_severity_and_the_reserved_one_is_bad():
    assert kind(0x0FFF_0000) is Kind.GOOD
    assert kind(0x4FFF_0000) is Kind.UNCERTAIN
    assert kind(0x8FFF_0000) is Kind.BAD
    assert kind(0xC000_0000) is Kind.BAD
    assert kind(2**32) is Kind.BAD
    assert kind(-1) is Kind.BAD


def test_bad_never_speaks_and_good_always_does():
    assert speaking("gap", "gap") == {Kind.GOOD}
    assert speaking("speaks", "gap") == {Kind.GOOD, Kind.UNCERTAIN}
    assert speaking("gap", "speaks") == {Kind.GOOD, Kind.SUBSTITUTED}
    assert speaking("speaks", "speaks") == set(Kind) - {Kind.BAD}
