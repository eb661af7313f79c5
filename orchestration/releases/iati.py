"""`iati.xml`: a donor's quarter as an IATI 2.03 activity; its results are in `iati_results`.

What the logframe's `iati:` block leaves out has a neutral default here that claims nothing. The only time in the file
is that of the sign-off.
"""

import datetime as dt

import pyarrow as pa
from lxml import etree

from orchestration.releases.content import Content
from orchestration.releases.header import Header
from orchestration.releases.iati_results import add_results, first_day
from orchestration.releases.xml_file import child, to_bytes
from orchestration.warehouse.iati_words import Activity, Organisation

# Codes of IATI 2.03: ActivityStatus, OrganisationRole, ActivityDateType.
STATUS = {
    "pipeline": "1", "implementation": "2", "finalisation": "3", "closed": "4", "cancelled": "5", "suspended": "6",
}  # fmt: skip
ROLE = {"funding": "1", "accountable": "2", "extending": "3", "implementing": "4"}
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"
OTHER_TYPE = 90
NOT_SPECIFIED = {"99810": 100.0}  # OECD DAC purpose code: sectors not specified
# ZZ is a code that ISO 3166 leaves to users: no registered organisation's identifier begins with it.
UNREGISTERED = "ZZ-{donor}"


def to_iati(content: Content, header: Header, values: pa.Table) -> bytes:
    """Return the release as IATI XML; `values` are the content's with status and release added, unrounded."""
    said = header.iati
    root = etree.Element("iati-activities", version="2.03")
    root.set("generated-datetime", header.approved_at)
    activity = child(
        root,
        "iati-activity",
        last_updated_datetime=header.approved_at,
        default_currency=_currency(said, values),
    )
    activity.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    reporter = said.reporting_org or Organisation(name="Not stated in the logframe")
    ref = reporter.ref or UNREGISTERED.format(donor=content.donor)
    child(activity, "iati-identifier", said.identifier or f"{ref}-{content.donor}")
    _named(child(activity, "reporting-org", ref=ref, type=str(reporter.type or OTHER_TYPE)), reporter.name)
    _named(child(activity, "title"), said.title or header.donor_name)
    _descriptions(activity, content, header)
    _participants(activity, header)
    child(activity, "activity-status", code=STATUS[said.status])
    _dates(activity, said, content.quarter, dt.date.fromisoformat(header.approved_at[:10]))
    if said.contact:
        child(child(activity, "contact-info", type="1"), "email", said.contact)
    for code, share in said.countries.items():
        child(activity, "recipient-country", code=code, percentage=f"{share:g}")
    for code, share in (said.sectors or NOT_SPECIFIED).items():
        child(activity, "sector", vocabulary="1", code=code, percentage=f"{share:g}")
    add_results(activity, content, values)
    return to_bytes(root)


def _currency(said: Activity, values: pa.Table) -> str | None:
    """The activity's currency: the logframe's, else the first of the values'."""
    return said.currency or next(
        (one for one in sorted(set(values["currency"].to_pylist()) - {None, ""})), None
    )


def _descriptions(activity: etree._Element, content: Content, header: Header) -> None:
    general = f"Indicators of {header.donor_name}, computed each quarter from the deliveries of its partners."
    _named(child(activity, "description", type="1"), header.iati.description or general)
    replaces = f", which replaces {header.predecessor} ({header.reason})" if header.predecessor else ""
    release = f"The results are those of {content.quarter}, release {header.release}{replaces}."
    _named(child(activity, "description", type="4"), release)


def _participants(activity: etree._Element, header: Header) -> None:
    """The logframe's organisations; else the donor alone, who funds."""
    for one in header.iati.participating_orgs:
        kind = str(one.type) if one.type else None
        _named(child(activity, "participating-org", ref=one.ref, type=kind, role=ROLE[one.role]), one.name)
    if not header.iati.participating_orgs:
        _named(child(activity, "participating-org", role=ROLE["funding"]), header.donor_name)


def _dates(activity: etree._Element, said: Activity, quarter: str, signed: dt.date) -> None:
    """The logframe's dates; where it has no start, which IATI asks for, the quarter's with words that say so.

    An actual date after the sign-off is left out: IATI's ruleset has none in the future.
    """
    dates = [
        (said.planned_start, PLANNED_START),
        (said.actual_start if said.actual_start and said.actual_start <= signed else None, ACTUAL_START),
        (said.planned_end, PLANNED_END),
        (said.actual_end if said.actual_end and said.actual_end <= signed else None, ACTUAL_END),
    ]
    for date, kind in dates:
        if date:
            child(activity, "activity-date", type=kind, iso_date=date.isoformat())
    if not any(date for date, _ in dates[:2]):
        first = min(date for date in (first_day(quarter), *(date for date, _ in dates)) if date)
        start = child(activity, "activity-date", type=PLANNED_START, iso_date=first.isoformat())
        _named(
            start, "First day of the quarter reported on; the logframe does not say when the activity began."
        )


def _named(element: etree._Element, text: str) -> None:
    child(element, "narrative", text)
