"""The source contracts: valid ODCS, in the agreed units, refused when they lack a part."""

import copy
from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for

from contracts.sources.contract import ContractError
from contracts.sources.odcs import source_contract
from tasks import reading

SOURCES = ("batch_record", "lims", "equipment")
FOLDER = Path(__file__).parents[2] / "contracts" / "sources"


def document(source):
    return yaml.safe_load((FOLDER / f"{source}.odcs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", SOURCES)
def test_each_is_valid_by_the_standards_own_schema(odcs_schema, source):
    validator = validator_for(odcs_schema)(odcs_schema)
    assert [error.message for error in validator.iter_errors(document(source))] == []


def test_the_schema_would_notice_a_fault(odcs_schema):
    broken = document("lims") | {"kind": "Promise"}
    validator = validator_for(odcs_schema)(odcs_schema)
    assert [list(error.path) for error in validator.iter_errors(broken)] == [["kind"]]


@pytest.mark.parametrize("source", SOURCES)
def test_every_field_and_code_says_what_it_means(source):
    contract = reading.contract_of(source)
    assert contract.source == source
    assert contract.name == f"{contract.id}@1.1.0"
    for term in contract.terms:
        assert len(term.description) > 10
        assert term.unit
    assert contract.required
    assert all(one.description for record in contract.records for one in record.fields)


# the agreed units of the plant's vocabulary: code -> (characteristic, as written, UCUM)
AGREED = {
    "APH_TEMP": ("receipt_temperature", "degC", "Cel"),
    "APH_TNC": ("total_nucleated_cells", "10^9", "10*9"),
    "ACT_DENS": ("seeding_density", "10^6/mL", "10*6/mL"),
    "TRA_TIME": ("transduction_time", "h", "h"),
    "FOR_LABEL": ("label_coi_scan", "", "1"),
    "Titre": ("vector_titre", "TU/mL", "{TU}/mL"),
    "VCN": ("vector_copy_number", "copies/cell", "{copies}/{cell}"),
    "ENDO": ("endotoxin", "EU/mL", "{EU}/mL"),
    "BEADS": ("residual_beads", "beads/3x10^6 cells", "{beads}/(3.10*6.{cells})"),
    "MYCO": ("mycoplasma", "", "1"),
    "BR.PH": ("ph", "", "[pH]"),
    "CRF.TEMP": ("freezing_temperature", "", "Cel"),
    "TRF_DNA": ("plasmid_dna_per_cells", "ug/10^6 cells", "ug/(10*6.{cells})"),
    "CLA_TURB": ("turbidity", "NTU", "{NTU}"),
    "AEX_COND": ("load_conductivity", "mS/cm", "mS/cm"),
    "INFT": ("infectious_titre", "TCID50/mL", "[TCID_50]/mL"),
    "BIOB": ("bioburden", "CFU/10 mL", "[CFU]/(10.mL)"),
    "OSMO": ("osmolality", "mOsm/kg", "mosm/kg"),
    "STR.PH": ("ph", "", "[pH]"),
}


@pytest.mark.parametrize("code", AGREED)
def test_units_are_the_agreed_ones(code):
    found = [reading.contract_of(source).term(code) for source in SOURCES]
    (term,) = [one for one in found if one is not None]
    assert (term.name, term.unit_as_written, term.unit) == AGREED[code]


def drop(name):
    return lambda document: document.pop(name)


def without_unit(document):
    terms = next(one for one in document["schema"] if one["name"] == "analyses")
    del terms["properties"][0]["customProperties"][0]


def code_twice(document):
    terms = next(one for one in document["schema"] if one["name"] == "analyses")
    terms["properties"].append(copy.deepcopy(terms["properties"][0]))


def unknown_type(document):
    document["schema"][0]["properties"][0]["logicalType"] = "object"


def unknown_role(document):
    document["schema"][0]["customProperties"][0]["value"] = "ornament"


def allowed_no_list(document):
    field = document["schema"][0]["properties"][0]
    field["customProperties"] = [{"property": "allowed", "value": "yes"}]


def provisional_no_list(document):
    terms = next(one for one in document["schema"] if one["name"] == "analyses")
    custom = terms["properties"][0]["customProperties"]
    custom.append({"property": "provisional", "value": "negative to date"})


def schema_of_words(document):
    document["schema"] = ["page"]


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (drop("id"), "no text 'id'"),
        (drop("version"), "no text 'version'"),
        (drop("schema"), "no list 'schema'"),
        (drop("customProperties"), "no text 'source'"),
        (without_unit, "no text 'unit'"),
        (code_twice, "'VIAB' twice"),
        (unknown_type, "the logicalType 'object'"),
        (unknown_role, "the role 'ornament'"),
        (allowed_no_list, "allowed values that are no list"),
        (provisional_no_list, "provisional values that are no list"),
        (schema_of_words, "an entry of 'schema' that is no mapping"),
    ],
)
def test_a_contract_that_lacks_a_part_is_refused_in_words(spoil, found):
    spoilt = document("lims")
    spoil(spoilt)
    with pytest.raises(ContractError) as refused:
        source_contract(spoilt)
    assert found in refused.value.found
    assert refused.value.move


def test_what_a_reader_needs_and_the_contract_lacks_is_an_error_not_a_gap():
    contract = reading.contract_of("lims")
    for ask in (
        lambda: contract.record("dreams"),
        lambda: contract.meaning("DREAM"),
        lambda: contract.record("sample").field("dream"),
    ):
        with pytest.raises(ContractError, match=r"(?i)dream"):
            ask()
