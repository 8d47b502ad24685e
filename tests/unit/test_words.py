"""Values as a reviewer reads them: a titre stays a titre, and no digit is made up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import observed

from contracts.observation import Number, Provenance
from contracts.words import cut, number_in_words, value_in_words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("1.90E+13", "1.90E+13 vg/mL"),
        ("2.1e8", "2.1e8 vg/mL"),
        (">5.0E11", ">5.0E11 vg/mL"),
        ("19000000000000", "1.9E+13 vg/mL"),
        ("123456789", "1.23456789E+8 vg/mL"),
        ("12345678", "12345678 vg/mL"),
        ("100.5", "100.5 vg/mL"),
        ("0", "0 vg/mL"),
        (">LOQ", ">LOQ vg/mL"),
    ],
)
def test_a_titre_is_shown_as_its_source_wrote_it(written, shown):
    assert value_in_words(observed(written, unit="{vg}/mL")) == shown


def test_an_identifier_of_many_digits_is_no_number():
    written = observed("x", as_written="260044170000", unit="1")
    assert value_in_words(written) == "x"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("18800000000000", "1.88E+13 vg/mL"),
        ("18766666666666.66666666666666666667", "1.87666…E+13 vg/mL"),
        ("96.77419354838709677419354838709677", "96.7741… vg/mL"),
        ("2.8", "2.8 vg/mL"),
    ],
)
def test_a_calculated_titre_is_shown_alike_and_cut_off(number, shown):
    one = replace(
        observed("x"),
        value=Number(Decimal(number)),
        provenance=Provenance.CALCULATED,
        unit="{vg}/mL",
    )
    assert value_in_words(one) == shown


@pytest.mark.parametrize("sign", ["", "-", "<", ">", "<-"])
def test_the_sign_stays(sign):
    assert number_in_words(f"{sign}300000000000") == f"{sign}3E+11"
    assert cut(f"{sign}300000000000") == f"{sign}3E+11"
