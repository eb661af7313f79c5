"""What is wrong in the faulty records of Pune's case list, for an extract of a given day.

The sound record that is spoilt was opened 80 days before the extract's day and has no later step.
"""

import numpy as np
import pyarrow as pa

from ingest.samples.arrays import DASHED, ISO, MONTH_NAMED, SLASHED, Ints, dates
from ingest.samples.files.scripts import DEVANAGARI, in_digits
from ingest.samples.pune.words import FOREIGN_SCHEMES
from ingest.samples.truth.defects import Spoil

OPENED_BEFORE = 80
_BAD_DATES = ("30/02/2020", "2020-13-04", "परवा", "11/31/2019", "32-Jan-2021")
_BAD_AADHAAR = ("4999 8877", "134567891234", "23412341234", "X123", "499918665249")


def cases(end: int) -> list[Spoil]:
    """Kinds of faulty cases, without exact duplicates."""

    def on(days: int, style: int = ISO) -> list[str]:
        """The day so many days after the opening."""
        day: Ints = np.array([end - OPENED_BEFORE + days])
        return [str(dates(day, style).to_pylist()[0])]

    decided = {
        "documents_complete_on": on(7, SLASHED),
        "applied_on": on(9, SLASHED),
        "decided_on": in_digits(pa.array(on(46, SLASHED)), DEVANAGARI, np.array([True])).to_pylist(),
    }
    benefit = {**decided, "decision": ["approved"], "benefit_on": on(58)}
    later = [on(OPENED_BEFORE + days)[0] for days in (1, 9, 30, 500)]
    return [
        Spoil("missing_required", {"case_no": [None, "NA", "--"]}),
        Spoil("missing_required|unknown_code", {"case_no": [None], "scheme": FOREIGN_SCHEMES}),
        Spoil("bad_date", {"opened_on": _BAD_DATES}),
        Spoil("bad_date", {"documents_complete_on": _BAD_DATES[::-1]}),
        Spoil("future_date", {"opened_on": later}),
        Spoil("future_date", {**benefit, "benefit_on": later}),
        Spoil("bad_number", {"birth_year": ["19७x", "about 1970"]}),
        Spoil("bad_number", {**benefit, "benefit_amount_inr": ["हजार", "600 each", "1.000.0"]}),
        Spoil("ambiguous_grouping", {**benefit, "benefit_amount_inr": ["2,0000", "₹10,00", "1,2,345"]}),
        Spoil("bad_identifier", {"aadhaar": _BAD_AADHAAR}),
        Spoil("bad_identifier", {"kkpkp_card": ["KKP-12A45", "KKP-77", "4711"]}),
        Spoil("bad_identifier|unknown_code", {"aadhaar": _BAD_AADHAAR, "centre": ["KSK17"]}),
        Spoil("unknown_code", {"centre": ["KSK12", "KSK-1", "MAIN"]}),
        Spoil("unknown_code", {"scheme": FOREIGN_SCHEMES}),
        Spoil("unknown_code", {"relation": ["neighbour", "शेजारी"]}),
        Spoil("unknown_code", {"sex": ["W", "X"]}),
        Spoil("unknown_code", {**decided, "decision": ["sanctioned", "on hold"]}),
        Spoil("date_order", {"documents_complete_on": on(-1)}),
        Spoil("date_order", {"applied_on": on(-19, SLASHED)}),
        Spoil("date_order", {"documents_complete_on": on(17), "applied_on": on(16)}),
        Spoil(
            "date_order",
            {"applied_on": on(27), "decided_on": on(25), "decision": ["rejected"]},
        ),
        Spoil("date_order", {**benefit, "benefit_on": on(45, DASHED)}),
        Spoil("date_order", {"benefit_on": on(-33, MONTH_NAMED)}),
        Spoil("rule:decision_incomplete", decided),
        Spoil("rule:decision_incomplete", {"applied_on": on(9), "decision": ["approved", "rejected"]}),
        Spoil("date_order|rule:decision_incomplete", {**decided, "applied_on": on(58, SLASHED)}),
        Spoil("duplicate_key", twin={"name": ["Somebody Else"]}),
        Spoil("duplicate_key", twin={"aadhaar": ["12345"]}, twin_reasons="bad_identifier|duplicate_key"),
    ]
