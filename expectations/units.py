"""Units by the Unified Code for Units of Measure: which codes are units, and what turns into what.

The one door to `ucumvert` (MIT), which brings the grammar and the definitions of UCUM 2.2
(https://ucum.org/ucum). Definitions are decimal texts, and are multiplied here as exact ratios:
the library's own conversion by pint computes 1/3 in floats, and takes mm[Hg] from elsewhere than
UCUM. The tests hold both against each other. The library is imported at the first question.

UCUM takes annotations as no unit at all, and arbitrary units as never commensurable (section 3.2
and 2.2). Where a mistake would be silent, this is stricter than UCUM, never laxer:

* an annotation counts as a unit of its own: `{copies}` are not `{cells}`, nor `{cell}`, nor `1`;
* so does each arbitrary unit: `[iU]`, `[CFU]`, `[TCID_50]`; and what UCUM defines as the bare
  number one: `[NTU]`, `[FNU]`, `[HPF]`, `bit`;
* `mol`, `eq` and `osm` are three (UCUM: all one number). A charge or a dissociation lies between
  them, as a molar mass lies between `mmol/L` and `mg/dL`; both take a calculation, not a factor;
* a factor that rests on pi is refused, for it is no ratio.

Temperatures stand alone (section 2.2, special units): `Cel/min` is no rate, `K/min` is one.
UCUM's `[EU]` is the Ehrlich unit. An endotoxin unit has no code: `[iU]` or `{EU}` says it.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from contracts.conversion import Conversion
from contracts.errors import StrategyError
from expectations.measure import ONE, Measure

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from ucumvert.xml_util import UcumUnitDefinition

_LONGEST: Final = 100
"""Characters of a code; UCUM sets no end, and a longer one is a slip."""
_OWN_KIND: Final = frozenset({"mol", "eq", "osm"})
_SCALES: Final = {
    "K": (Fraction(1), Fraction(0)),
    "Cel": (Fraction(1), Fraction("273.15")),
    "[degF]": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    "[degRe]": (Fraction(5, 4), Fraction("273.15")),
}
"""Kelvin = degrees x factor + offset (UCUM 2.2, table of special units; BIPM, SI brochure)."""


def why_unknown(unit: str) -> str:
    """Return in words why a text is no UCUM code (case-sensitive, UCUM 2.2); empty if it is one.

    No unit at all is refused as well, although UCUM reads it as one: it is written `1`.
    """
    from ucumvert import InvalidUcumError  # noqa: PLC0415 (slow, and seldom needed)

    if not unit:
        return "no unit; what has none is written 1"
    if len(unit) > _LONGEST:
        return f"{len(unit)} characters, where {_LONGEST} are enough"
    try:
        tree = _parsed(unit)
    except InvalidUcumError as error:
        return str(error).splitlines()[0].removesuffix(".")
    if any(_is_number_with_exponent(part) for part in tree.iter_subtrees()):
        return "a number with an exponent; a power of ten is written 10*3"
    return ""


def known(unit: str) -> bool:
    """Return whether a text is a UCUM code."""
    return not why_unknown(unit)


def factor(from_unit: str, to_unit: str) -> Conversion:
    """Return the exact conversion between two UCUM codes; from a code to itself nothing changes.

    Raises:
        StrategyError: one is no UCUM code, they measure different things (see this module's first
            words), or no exact linear conversion leads from one to the other.
    """
    _require_known(from_unit, to_unit)
    if from_unit == to_unit:
        return Conversion(from_unit)
    if from_unit in _SCALES and to_unit in _SCALES:
        (times, plus), (to_times, to_plus) = _SCALES[from_unit], _SCALES[to_unit]
        return Conversion(from_unit, times / to_times, (plus - to_plus) / to_times)
    return _linear(from_unit, _measure(from_unit), to_unit)


def convertible(from_unit: str, to_unit: str) -> bool:
    """Return whether `factor` has an answer; units that are no UCUM codes have none.

    Different annotations are not convertible, nor is one with none: `{copies}` into `{cells}`,
    `10*6/mL` into `10*6.{cells}/mL`.
    """
    try:
        factor(from_unit, to_unit)
    except StrategyError:
        return False
    return True


def product(numerators: Sequence[str], denominators: Sequence[str], to_unit: str) -> Conversion:
    """Return the conversion of numerators multiplied, divided by each denominator, into a unit.

    `[iU]/mL` times `mL` over `kg` is `[iU]/kg`, and `%` times `10*6` is 1/100 of `10*6`. The
    conversion's unit is the calculation as one UCUM code: `([iU]/mL).(mL)/(kg)`.

    Raises:
        StrategyError: as `factor` does; a temperature in degrees cannot be multiplied.
    """
    _require_known(*numerators, *denominators, to_unit)
    if len(numerators) == 1 and not denominators:
        return factor(numerators[0], to_unit)
    measure = ONE
    for unit in numerators:
        measure = measure.times(_measure(unit))
    for unit in denominators:
        measure = measure.over(_measure(unit))
    code = ".".join(f"({unit})" for unit in numerators) or "1"
    return _linear(code + "".join(f"/({unit})" for unit in denominators), measure, to_unit)


def _linear(from_unit: str, measure: Measure, to_unit: str) -> Conversion:
    """Return the conversion between units that measure the same."""
    wanted = _measure(to_unit)
    if measure.kinds != wanted.kinds:
        molar = measure.over(wanted).kinds.keys() == {"mol", "g"}
        raise StrategyError(
            f"{from_unit}, which is {measure.in_words()}, to be converted into {to_unit},"
            f" which is {wanted.in_words()}",
            expected="units that measure the same"
            + ("; between mol and g lies a molar mass, which no unit knows" if molar else ""),
            move="correct the unit, or declare how the value is calculated",
        )
    return Conversion(from_unit, measure.number / wanted.number)


def _require_known(*units: str) -> None:
    for unit in units:
        if why := why_unknown(unit):
            raise StrategyError(
                f"the unit '{unit}': {why}",
                expected="a UCUM code, such as mg/mL, 10*6/mL, {copies}/{cell} or 1",
                move="correct the unit",
            )


@lru_cache(maxsize=1)
def _parser() -> "Lark":
    from ucumvert import get_ucum_parser  # noqa: PLC0415 (slow, and seldom needed)

    parser: Lark = get_ucum_parser()
    return parser


@lru_cache(maxsize=4096)
def _parsed(unit: str) -> "Tree[Token]":
    from ucumvert import parse_ucum  # noqa: PLC0415 (slow, and seldom needed)

    tree: Tree[Token] = parse_ucum(unit, _parser())
    return tree


@lru_cache(maxsize=1)
def _definitions() -> dict[str, "UcumUnitDefinition"]:
    """Return UCUM's units but the seven base units, each by its code."""
    from ucumvert.xml_util import get_units_with_full_definition  # noqa: PLC0415

    return {one.code_cs: one for one in get_units_with_full_definition()}


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, Fraction]:
    """Return UCUM's prefixes and what each multiplies by."""
    from ucumvert.xml_util import root  # noqa: PLC0415

    return {
        one.attrib["Code"]: Fraction(one.find("{*}value").attrib["value"])
        for one in root.findall("{*}prefix")
    }


@lru_cache(maxsize=4096)
def _measure(unit: str) -> Measure:
    """Return what a code comes to, by UCUM's own definitions."""
    try:
        return _of(_parsed(unit))
    except StrategyError as error:
        raise error.at(unit) from None


def _is_number_with_exponent(part: "Tree[Token]") -> bool:
    """Return whether a part is `10+3`, which the grammar lets by and UCUM does not."""
    if part.data != "annotatable":
        return False
    first, *exponent = part.children
    return bool(exponent) and not isinstance(first, str) and str(first.children[-1]).isdigit()


def _of(node: "Tree[Token] | Token") -> Measure:
    """Return what a part of a parsed code comes to: a term, a factor, a unit or an annotation."""
    if isinstance(node, str):
        return Measure(kinds={str(node): 1})
    *parts, last = node.children
    if node.data == "simple_unit":
        return _unit("".join(map(str, parts)), str(last))
    if node.data == "annotatable" and parts:
        return ONE.times(_of(parts[0]), int(str(last)))
    if node.data == "component" and parts:
        return _of(parts[0]).times(_of(last))
    first = _of(parts[0]) if len(parts) > 1 else ONE
    return first.times(_of(last), -1 if "/" in parts else 1)


def _unit(prefix: str, code: str) -> Measure:
    """Return what a single unit comes to: by its definition, or as a kind of its own."""
    if prefix:
        return Measure(_prefixes()[prefix]).times(_unit("", code))
    if code.isdigit():
        return Measure(Fraction(code))
    definition = _definitions().get(code)
    if definition is None or code in _OWN_KIND:
        return Measure(kinds={code: 1})
    if definition.is_special or code == "[pi]":
        raise StrategyError(
            f"the unit {code} in a conversion or a calculation",
            expected="a unit that is an exact multiple of others"
            + (": K for a difference of temperatures" if code in _SCALES else ""),
            move="write the unit of the difference, or judge the value in its own unit",
        )
    if definition.defining_unit == "1" and definition.class_ != "dimless":
        return Measure(kinds={code: 1})
    times = Fraction(definition.conversion_factor)
    return Measure(times).times(_measure(definition.defining_unit))
