"""The cases of UCUM's functional tests, as they stand in the file."""

from pathlib import Path

from lxml import etree

FILE = Path(__file__).parent / "ucum" / "UcumFunctionalTests.xml"


def cases(section):
    return [dict(case.attrib) for case in etree.parse(FILE).iterfind(f"{section}/case")]
