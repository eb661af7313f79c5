"""`adx.xml`, where a donor asks for it (`exchange: [adx]`): values as IHE's Aggregate Data Exchange, which DHIS2 reads.

A group for each region and the quarter; a data element for each indicator as it is stated over time and in a currency.
A value without a number is left out: ADX has no other way to say that there is none.
"""

from itertools import groupby
from operator import itemgetter

import pyarrow as pa
from lxml import etree

from orchestration.releases.content import Content
from orchestration.releases.header import Header
from orchestration.releases.iati_results import first_day
from orchestration.releases.rounding import rounded_texts
from orchestration.releases.xml_file import child, legal, to_bytes

_NS = "urn:ihe:qrph:adx:2015"  # IHE QRPH, Aggregate Data Exchange


def to_adx(content: Content, header: Header, values: pa.Table) -> bytes:
    """Return the values as ADX; `values` are the content's with status and release added, unrounded.

    `orgUnit` is the region, `dataSet` the donor; a disaggregation is an attribute by its name in capitals.
    """
    root = etree.XML(f'<adx xmlns="{_NS}"/>')
    root.set("exported", header.approved_at)
    reported = [row for row in rounded_texts(values).to_pylist() if row["value"] is not None]
    period = f"{first_day(content.quarter).isoformat()}/P3M"
    for region, rows in groupby(sorted(reported, key=itemgetter("region")), key=itemgetter("region")):
        group = child(root, f"{{{_NS}}}group", orgUnit=region, period=period, dataSet=content.donor)
        for row in rows:
            stated = ".".join(filter(None, (row["indicator"], row["over_time"], row["currency"])))
            value = child(group, f"{{{_NS}}}dataValue", dataElement=stated, value=row["value"])
            if row["dimension"] != "all":
                value.set(row["dimension"].upper(), legal(row["category"] or ""))
    return to_bytes(root)
