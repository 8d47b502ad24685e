"""The criteria that the page's batches are judged by."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from contracts.criterion import AttributeClass, Criterion, Stage
from contracts.rule import Agrees, Limit, OneOf, Range
from contracts.subject import Observed, Reduction


def rule(name, title, subject, limit, **changes):
    ends = Limit(date(2025, 9, 15), limit, "EX-CS-0042 v4, section 4.2")
    return replace(
        Criterion(
            id=name,
            title=title,
            attribute_class=AttributeClass(name.split("-")[0]),
            criticality="critical",
            required_for=Stage.INITIAL,
            subject=subject,
            unit="%",
            limits=(ends,),
            owner="QC laboratory",
            message="The control strategy does not allow this value.",
            unit_procedure=subject.step,
        ),
        **changes,
    )


def at_least(number):
    return Range(low=Decimal(number))


def at_most(number):
    return Range(high=Decimal(number))


def lab(characteristic):
    return Observed("lims", characteristic, "release_testing")


CRITERIA = (
    rule(
        "CMA-VOL-001",
        "Volume of the apheresis material",
        Observed("batch_record", "collection_volume", "apheresis_receipt"),
        Range(Decimal(50), Decimal(400)),
        unit="mL",
        criticality="minor",
        owner="Manufacturing",
    ),
    rule(
        "CPP-TMP-001",
        "Highest temperature of the expansion",
        Reduction("temperature", "expansion", "max"),
        at_most("39.0"),
        unit="Cel",
        criticality="major",
        owner="Manufacturing",
    ),
    rule(
        "IPC-VCD-001",
        "Viable cell density during the expansion",
        Observed("batch_record", "viable_cell_density", "expansion"),
        Range(Decimal("0.3"), Decimal("6.0")),
        unit="10*6/mL",
        criticality="major",
        owner="Manufacturing",
    ),
    rule("CQA-VIA-001", "Viability of the drug product", lab("viability"), at_least("80.0")),
    rule(
        "CQA-END-001",
        "Endotoxin of the drug product",
        lab("endotoxin"),
        Range(high=Decimal("5.0"), high_inclusive=False),
        unit="{EU}/mL",
    ),
    rule(
        "CQA-STE-001",
        "Sterility of the drug product",
        lab("sterility"),
        OneOf(("No growth",)),
        unit="1",
        required_for=Stage.FINAL,
    ),
    rule(
        "CQA-RCL-001",
        "Replication-competent lentivirus",
        lab("replication_competent_lentivirus"),
        OneOf(("Not detected",)),
        unit="1",
    ),
    rule(
        "COI-IDE-001",
        "The batch record and the laboratory speak of one patient's material",
        Observed("batch_record", "coi_identifier", "apheresis_receipt"),
        Agrees(),
        unit="1",
        against=lab("coi_identifier"),
        owner="QA",
    ),
    rule(
        "CPP-TMP-002",
        "Time of the expansion outside 36.0 to 38.0 °C",
        Reduction("temperature", "expansion", "time_outside", Decimal(36), Decimal(38)),
        at_most(30),
        unit="min",
        criticality="major",
        owner="Manufacturing",
    ),
)
