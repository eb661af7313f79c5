"""`structure.xml` (SDMX-ML 3.0): code lists, concepts, data structure definition and dataflow of `sdmx.csv`.

Code lists hold the codes of one release. Versions of two parts, such as 1.0, are those that SDMX lets grow.
"""

from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

from orchestration.releases.xml_file import child, to_bytes

AGENCY, FLOW, VERSION = "SANGAM", "INDICATORS", "1.0"
ID = f"{AGENCY}:{FLOW}({VERSION})"
_NS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_NAMESPACES = {"mes": f"{_NS}/message", "str": f"{_NS}/structure", "com": f"{_NS}/common"}
_MES, _STR, _COM = (f"{{{uri}}}" for uri in _NAMESPACES.values())
_URN = "urn:sdmx:org.sdmx.infomodel"


class Component(NamedTuple):
    """A column: what it is in SDMX, its name, and the type of its text where it has no code list."""

    role: str
    name: str
    text_type: str | None = None
    mandatory: bool = False


COMPONENTS = {
    "DONOR": Component("dimension", "Donor"),
    "INDICATOR": Component("dimension", "Indicator"),
    "REGION": Component("dimension", "Region"),
    "OVER_TIME": Component("dimension", "How the value is stated over time"),
    "DIMENSION": Component("dimension", "What the value is disaggregated by"),
    "CATEGORY": Component("dimension", "Category of the disaggregation"),
    "CURRENCY": Component("dimension", "Currency"),
    "TIME_PERIOD": Component("time", "Calendar quarter", "ReportingQuarter"),
    "OBS_VALUE": Component("measure", "Value, rounded", "Decimal"),
    "OBS_STATUS": Component("attribute", "Observation status", mandatory=True),
    "CONF_STATUS": Component("attribute", "Confidentiality status", mandatory=True),
    "UNIT_MEASURE": Component("attribute", "Unit of measure", mandatory=True),
    "RELEASE": Component("attribute", "Release", "String", mandatory=True),
    "RELEASE_STATUS": Component("attribute", "Final, or restated since the release before", mandatory=True),
    "COMMENT_OBS": Component("attribute", "Comment", "String"),
}


def to_structure(
    message: str, prepared: str, code_lists: Mapping[str, Mapping[str, str]]
) -> tuple[bytes, list[str]]:
    """Return the structure message and the columns of the data in their order.

    `message` is its identifier, `prepared` its time; `code_lists` has code → name for each coded column.
    """
    root = etree.Element(f"{_MES}Structure", nsmap=_NAMESPACES)
    head = child(root, f"{_MES}Header")
    child(head, f"{_MES}ID", message)
    child(head, f"{_MES}Test", "false")
    child(head, f"{_MES}Prepared", prepared)
    child(head, f"{_MES}Sender", id=AGENCY)
    structures = child(root, f"{_MES}Structures")
    flow = _artefact(child(structures, f"{_STR}Dataflows"), "Dataflow", FLOW, "Indicators")
    child(flow, f"{_STR}Structure", f"{_URN}.datastructure.DataStructure={ID}")
    lists = child(structures, f"{_STR}Codelists")
    for column, codes in code_lists.items():
        made = _artefact(lists, "Codelist", f"CL_{column}", COMPONENTS[column].name)
        for code, name in codes.items():
            child(child(made, f"{_STR}Code", id=code), f"{_COM}Name", name or code)
    schemes = child(structures, f"{_STR}ConceptSchemes")
    concepts = _artefact(schemes, "ConceptScheme", "CONCEPTS", "Concepts of indicator values")
    for column, component in COMPONENTS.items():
        child(child(concepts, f"{_STR}Concept", id=column), f"{_COM}Name", component.name)
    definition = _artefact(child(structures, f"{_STR}DataStructures"), "DataStructure", FLOW, "Indicators")
    _components(child(definition, f"{_STR}DataStructureComponents"), set(code_lists))
    return to_bytes(root), list(COMPONENTS)


def _artefact(parent: etree._Element, kind: str, name: str, title: str) -> etree._Element:
    made = child(parent, f"{_STR}{kind}", id=name, agencyID=AGENCY, version=VERSION)
    child(made, f"{_COM}Name", title)
    return made


def _components(parent: etree._Element, coded: set[str]) -> None:
    """Dimensions, then attributes, then the measure: the order that the schema asks for."""
    dimensions = child(parent, f"{_STR}DimensionList")
    attributes = child(parent, f"{_STR}AttributeList")
    measures = child(parent, f"{_STR}MeasureList")
    for position, (column, component) in enumerate(COMPONENTS.items(), start=1):
        if component.role == "dimension":
            made = child(dimensions, f"{_STR}Dimension", id=column, position=str(position))
        elif component.role == "time":
            made = child(dimensions, f"{_STR}TimeDimension", id=column)
        elif component.role == "measure":
            made = child(measures, f"{_STR}Measure", id=column)
        else:
            usage = "mandatory" if component.mandatory else "optional"
            made = child(attributes, f"{_STR}Attribute", id=column, usage=usage)
        concept = f"{_URN}.conceptscheme.Concept={AGENCY}:CONCEPTS({VERSION}).{column}"
        child(made, f"{_STR}ConceptIdentity", concept)
        represented = child(made, f"{_STR}LocalRepresentation")
        if column in coded:
            urn = f"{_URN}.codelist.Codelist={AGENCY}:CL_{column}({VERSION})"
            child(represented, f"{_STR}Enumeration", urn)
        else:
            child(represented, f"{_STR}TextFormat", textType=component.text_type)
        if component.role == "attribute":
            child(child(made, f"{_STR}AttributeRelationship"), f"{_STR}Observation")
