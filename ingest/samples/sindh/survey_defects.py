"""What is wrong in the faulty records of Sindh's survey workbook, sheet by sheet."""

from ingest.samples.sindh.defects import BAD_CNICS, FOREIGN_DISTRICTS
from ingest.samples.truth.defects import Spoil

NO_PARENT, UNKNOWN_PARENT = -1, -2  # in the place of a parent's number

HOUSEHOLDS = [
    Spoil("missing_required", {"design/co_id": [None]}),
    Spoil("missing_required", {"design/weight": ["NA", None]}),
    Spoil("missing_required", {"wash/latrine_at_home": ["-"]}),
    Spoil("missing_required", {"_uuid": [None]}),
    Spoil(
        "missing_required|unknown_code", {"design/weight": [None], "design/district": FOREIGN_DISTRICTS[:1]}
    ),
    Spoil("out_of_range", {"design/weight": [0]}),
    Spoil("out_of_range", {"design/weight": [-1.2]}),
    Spoil("out_of_range", {"trees/planted": [7500]}),
    Spoil("bad_identifier|out_of_range", {"hh/head_cnic": BAD_CNICS[2:3], "trees/planted": [-3]}),
    Spoil("unknown_code", {"wash/latrine_at_home": ["with neighbour"]}),
    Spoil("unknown_code", {"design/district": FOREIGN_DISTRICTS[1:2]}),
    Spoil("unknown_code", {"rights/aware": ["vote liberty"]}),
    Spoil("bad_number", {"trees/planted": ["many"]}),
    Spoil("bad_number", {"design/weight": ["one point two"]}),
    Spoil("ambiguous_grouping", {"trees/planted": ["1,00"]}),
    Spoil("bad_date", {"end": ["not noted"]}),
    Spoil("future_date", {"start": ["2033-02-01T09:10:00.000+05:00"]}),
    Spoil("bad_identifier", {"hh/head_cnic": BAD_CNICS[:1]}),
    Spoil(
        "duplicate_key", {"trees/planted": [2]}, twin={"hh/head_name": ["Naon Naon"], "trees/planted": [3]}
    ),
    Spoil("duplicate_key", {"trees/planted": [0]}, twin={"trees/planted": [11]}),
]
_PARENTS = [
    Spoil("missing_required", {"parent": [NO_PARENT]}),
    Spoil("orphan_reference", {"parent": [UNKNOWN_PARENT]}),
]
REPEATS = {
    "children": [
        *_PARENTS,
        Spoil("out_of_range", {"child/age_months": [231]}),
        Spoil("out_of_range", {"child/age_months": [-1]}),
        Spoil("orphan_reference|out_of_range", {"parent": [UNKNOWN_PARENT], "child/age_months": [777]}),
        Spoil("bad_number", {"child/age_months": ["three years"]}),
        Spoil("unknown_code", {"child/vaccination_card": ["torn"]}),
        Spoil("unknown_code", {"child/birth_registered": ["perhaps"]}),
        Spoil("unknown_code", {"child/enrolled": ["left school"]}),
        Spoil("duplicate_key", {"child/age_months": [100]}, twin={"child/age_months": [101]}),
    ],
    "adults": [
        *_PARENTS,
        Spoil("out_of_range", {"adult/age": [17]}),
        Spoil("out_of_range", {"adult/age": [112]}),
        Spoil("bad_number", {"adult/age": ["elderly"]}),
        Spoil("unknown_code", {"adult/has_cnic": ["applied"]}),
        Spoil("unknown_code", {"adult/disability": ["deaf"]}),
        Spoil("out_of_range|unknown_code", {"adult/age": [3], "adult/disability": ["?"]}),
        Spoil("duplicate_key", {"adult/age": [30]}, twin={"adult/age": [31]}),
    ],
    "deliveries": [
        *_PARENTS,
        Spoil("out_of_range", {"delivery/months_ago": [61]}),
        Spoil("bad_number", {"delivery/months_ago": ["last winter"]}),
        Spoil("unknown_code", {"delivery/place": ["on the way"]}),
        Spoil("unknown_code", {"delivery/attendant": ["neighbour?"]}),
        Spoil("duplicate_key", {"delivery/months_ago": [8]}, twin={"delivery/months_ago": [9]}),
    ],
}
