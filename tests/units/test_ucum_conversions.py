"""What turns into what: by UCUM's functional tests, by a second library, and there and back."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry
from units.ucum_cases import cases
from units.units_used import used

from contracts.conversion import Conversion
from contracts.errors import StrategyError
from expectations.units import convertible, factor, product

REST_ON_PI = {"3-122", "3-123", "3-124"}
"""The functional tests that we refuse: their factor is no ratio."""

SAME = [
    ["kg", "g", "mg", "ug", "ng", "pg"],
    ["kg/L", "g/L", "mg/mL", "ug/mL", "ng/mL", "pg/mL", "mg/dL", "g%"],
    ["L", "mL", "uL", "dL", "m3", "cm3"],
    ["d", "h", "min", "s", "ms", "wk"],
    ["1", "%", "[ppm]", "10*6", "10*9", "[ppb]"],
    ["10*6/mL", "10*9/mL", "/mL", "10*6/L", "/uL"],
    ["/min", "Hz", "/h", "/s"],
    ["bar", "mbar", "kPa", "Pa", "[psi]", "mm[Hg]", "cm[H2O]", "atm"],
    ["uS/cm", "mS/cm", "S/m"],
    ["cm/s", "m/s", "cm/h", "mm/min"],
    ["mL/min", "L/min", "L/h", "mL/h"],
    ["nm", "um", "cm", "m", "[in_i]"],
    ["u", "ku", "kg"],
    ["mmol/L", "umol/mL", "mol/m3", "umol/L"],
    ["osm/kg", "mosm/kg"],
    ["Cel", "K", "[degF]", "[degRe]"],
    ["K/min", "K/h", "mK/s"],
    ["[iU]/mL", "k[iU]/L", "[IU]/mL", "m[iU]/uL"],
    ["{vg}/mL", "10*12.{vg}/L", "10*13{vg}/L"],
    ["{TU}/mL", "10*6.{TU}/mL"],
    ["{beads}/(3.10*6.{cells})", "{beads}/{cells}"],
]
PAIRS = [(one, other) for same in SAME for one in same for other in same]


@pytest.mark.parametrize("case", cases("conversion"), ids=lambda case: case["id"])
def test_ucums_conversions(case):
    if case["id"] in REST_ON_PI:
        with pytest.raises(StrategyError, match=r"\[pi\]"):
            factor(case["srcUnit"], case["dstUnit"])
        return
    number = factor(case["srcUnit"], case["dstUnit"]).ratio(Decimal(case["value"]))
    assert abs(number - Fraction(case["outcome"])) <= half_a_digit(case["outcome"])


@pytest.mark.parametrize("case", cases("multiplication"), ids=lambda case: case["id"])
def test_ucums_products(case):
    by = product([case["u1"], case["u2"]], [], case["uRes"])
    number = Fraction(case["v1"]) * Fraction(case["v2"]) * by.factor
    assert number == Fraction(case["vRes"])


@pytest.mark.parametrize("case", cases("division"), ids=lambda case: case["id"])
def test_ucums_quotients(case):
    by = product([case["u1"]], [case["u2"]], case["uRes"] or "1")
    number = Fraction(case["v1"]) / Fraction(case["v2"]) * by.factor
    assert abs(number - Fraction(case["vRes"])) <= half_a_digit(case["vRes"])


def half_a_digit(written):
    """Half of the last digit written: the functional tests round their outcomes."""
    return Fraction(Decimal((0, (5,), Decimal(written).as_tuple().exponent - 1)))


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "by", "plus"),
    [
        ("mg/mL", "ng/mL", 10**6, 0),
        ("ug/mL", "mg/dL", Fraction(1, 10), 0),
        ("min", "h", Fraction(1, 60), 0),
        ("d", "s", 86400, 0),
        ("%", "1", Fraction(1, 100), 0),
        ("[ppm]", "%", Fraction(1, 10**4), 0),
        ("10*6/mL", "10*9/L", 1, 0),
        ("Cel", "K", 1, Fraction("273.15")),
        ("[degF]", "K", Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
        ("Cel", "[degF]", Fraction(9, 5), 32),
        # a pound is 0.45359237 kg, standard gravity 9.80665 m/s2, an inch 0.0254 m (NIST SP 811)
        (
            "[psi]",
            "Pa",
            Fraction("0.45359237") * Fraction("9.80665") / Fraction("0.0254") ** 2,
            0,
        ),
        ("mm[Hg]", "Pa", Fraction("133.322"), 0),  # UCUM's own; elsewhere 133.322387415
        ("{beads}/(3.10*6.{cells})", "{beads}/{cells}", Fraction(1, 3 * 10**6), 0),
        ("{rev}/min", "{rev}/s", Fraction(1, 60), 0),
    ],
)
def test_factors_are_exact(from_unit, to_unit, by, plus):
    assert factor(from_unit, to_unit) == Conversion(from_unit, Fraction(by), Fraction(plus))


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [
        ("{copies}", "{cells}"),
        ("{cells}", "{cell}"),
        ("{copies}", "1"),
        ("10*6/mL", "10*6.{cells}/mL"),
        ("{vg}/mL", "{vp}/mL"),
        ("mL{plasma}", "mL"),
        ("[EU]/mL", "[iU]/mL"),
        ("[EU]", "{EU}"),
        ("[CFU]", "1"),
        ("[TCID_50]/mL", "{TCID50}/mL"),
        ("[NTU]", "[FNU]"),
        ("[NTU]", "1"),
        ("meq/L", "mmol/L"),
        ("mosm/kg", "mmol/kg"),
        ("mol", "1"),
        ("mmol/L", "mg/dL"),
        ("mosm/kg", "mosm/L"),
        ("[pH]", "mol/L"),
        ("[pH]", "1"),
        ("Cel/min", "K/min"),
        ("K", "mL"),
        ("rad", "1"),
        ("deg", "rad"),
        ("dB", "1"),
        ("m100", "m"),
        ("10*999999999", "1"),
        ("parsec", "m"),
        ("", "1"),
    ],
)
def test_what_measures_something_else_is_refused_in_words(from_unit, to_unit):
    assert not convertible(from_unit, to_unit)
    with pytest.raises(StrategyError, match=r"Found: .+ Expected: .+"):
        factor(from_unit, to_unit)


def test_a_molar_mass_is_named_where_it_is_missing():
    with pytest.raises(StrategyError, match="molar mass"):
        factor("mmol/L", "mg/dL")


@pytest.mark.parametrize(
    ("numerators", "denominators", "to_unit", "by", "code"),
    [
        (["[EU]/mL", "mL"], ["kg"], "[EU]/kg", 1, "([EU]/mL).(mL)/(kg)"),
        (["{EU}/mL", "L"], ["kg"], "{EU}/kg", 1000, "({EU}/mL).(L)/(kg)"),
        (["10*6/mL", "mL"], [], "10*6", 1, "(10*6/mL).(mL)"),
        (["%", "10*6"], ["kg"], "10*6/kg", Fraction(1, 100), "(%).(10*6)/(kg)"),
        (["{vg}/mL", "mL"], ["kg"], "10*13.{vg}/kg", Fraction(1, 10**13), "({vg}/mL).(mL)/(kg)"),
        (["ng"], ["10*9.{vg}"], "pg/(10*9.{vg})", 1000, "(ng)/(10*9.{vg})"),
        ([], ["min"], "/h", 60, "1/(min)"),
        (["/min", "h"], [], "1", 60, "(/min).(h)"),
        (["Cel"], [], "Cel", 1, "Cel"),
    ],
)
def test_calculated_values_carry_their_units(numerators, denominators, to_unit, by, code):
    by_product = product(numerators, denominators, to_unit)
    assert (by_product.unit, by_product.factor) == (code, by)
    assert by_product == product(numerators, denominators, to_unit)
    if code != "Cel":
        assert factor(code, to_unit) == by_product


@pytest.mark.parametrize(
    ("numerators", "denominators", "to_unit"),
    [
        (["[EU]/mL", "mL"], ["kg"], "[iU]/kg"),
        (["{copies}/{cell}", "{cells}"], [], "{copies}"),
        (["Cel", "min"], [], "K.min"),
        (["mL"], ["furlong"], "m2"),
    ],
)
def test_a_calculation_that_ends_in_other_units_is_refused(numerators, denominators, to_unit):
    with pytest.raises(StrategyError):
        product(numerators, denominators, to_unit)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_there_and_back_is_where_we_were(one, other):
    there, back = factor(one, other), factor(other, one)
    assert there.factor * back.factor == 1
    assert there.offset * back.factor + back.offset == 0


@given(pair=st.sampled_from(PAIRS), number=st.decimals(allow_nan=False, allow_infinity=False))
def test_every_number_comes_back(pair, number):
    there, back = factor(*pair), factor(*reversed(pair))
    assert there.ratio(number) * back.factor + back.offset == Fraction(number)


@given(same=st.sampled_from(SAME), data=st.data())
def test_a_way_round_is_no_other_way(same, data):
    one, two, three = (data.draw(st.sampled_from(same)) for _ in range(3))
    first, second, straight = factor(one, two), factor(two, three), factor(one, three)
    assert straight.factor == first.factor * second.factor
    assert straight.offset == first.offset * second.factor + second.offset


@pytest.fixture(scope="module")
def pint():
    """The library's own conversion: floats, so that it bears witness and never decides."""
    return PintUcumRegistry()


def test_a_second_library_comes_to_the_same(pint):
    differ = []
    for one, other in PAIRS:
        if {one, other} & {"mm[Hg]", "g%"}:
            continue  # see below
        ours = factor(one, other)
        theirs = [pint_number(pint, number, one, other) for number in (0, 37)]
        mine = [float(ours.ratio(Decimal(number))) for number in (0, 37)]
        if theirs != pytest.approx(mine, rel=1e-8, abs=1e-9):
            differ.append((one, other, mine, theirs))
    assert differ == []


def test_why_the_librarys_own_conversion_does_not_decide(pint):
    """It is inexact where UCUM is exact, and takes what UCUM holds apart for one."""
    third = pint.from_ucum("1/(3.m)").magnitude
    assert isinstance(third, float)
    assert pint.from_ucum("g%").dimensionality == "[mass]"  # UCUM: g/dl
    assert pint_number(pint, 1, "mm[Hg]", "Pa") == pytest.approx(133.322387415)
    assert pint_number(pint, 1, "[CFU]", "[EU]") == 1


def pint_number(pint, number, one, other):
    source, target = pint.from_ucum(one), pint.from_ucum(other)
    if {one, other} & {"Cel", "[degF]", "[degRe]"}:
        return pint.Quantity(float(number), source.units).to(target.units).magnitude
    quotient = source / target
    if isinstance(quotient, float):  # two bare numbers
        return number * quotient
    return number * quotient.to("dimensionless").magnitude


def test_every_unit_in_use_can_be_calculated_with_but_for_scales():
    """So none of them rests on pi, which is where we refuse UCUM's functional tests."""
    scales = {"Cel", "Cel/min", "[degF]", "[pH]"}
    for unit in used() - scales:
        assert product([unit], ["1"], unit).factor == 1
    assert not any(convertible(f"({unit})/min", f"({unit})/h") for unit in scales)
