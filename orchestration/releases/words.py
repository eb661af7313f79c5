"""What codes are called where a person reads them: regions, sources, dimensions, categories, units.

From the titles of the contracts and the `labels` of the logframe; a code that has neither is written out. Knows no
number and no file format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.contracts.loading import fault, load_region, region_files
from orchestration.warehouse import logframes

PERIODS = {
    "in_quarter": "in the quarter",
    "cumulative": "since the start",
    "as_at": "at the quarter's end",
    "round": "survey round",
    "cohort": "cohort",
}
STATES = {
    "reported": "reported",
    "not_reported": "not reported",
    "not_applicable": "not applicable",
    "unreliable": "unreliable",
    "suppressed": "withheld",
}
# Why a value is withheld, as the end of a sentence.
WITHHELD = "it could point to individual people or households"
# What gives no number, and is told no old one either.
NOT_TOLD = ("suppressed", "unreliable")
UNKNOWN = "unknown"
# "sindh/imi", but not what is part of a file's path.
_SOURCE = re.compile(r"(?<![\w/])([a-z]\w*)/([a-z]\w*)(?![\w/])")
# "unreadable_file", but no name of a file.
_CODE = re.compile(r"(?<![\w/.])[a-z]+(?:_[a-z]+)+(?![\w/]|\.\w)")
# " (khulna/mis/2021Q2/a.zip)" or " (3 files)" behind a delivery
_FILES = re.compile(r" \(.*?\)(?=;|$)")
_HEAD = re.compile(r"^(.*?)( per | of | \(|$)")


@dataclass(frozen=True)
class Words:
    """What a donor's readers see in the place of codes; each mapping may lack any code.

    `labels` and `order` are by dimension, `unknown` by (indicator, dimension), `not_computed` by indicator.
    """

    regions: Mapping[str, str] = field(default_factory=dict)
    together: str = "all"  # the code of all regions together
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: Mapping[str, list[str]] = field(default_factory=dict)
    unknown: Mapping[tuple[str, str], str] = field(default_factory=dict)
    not_computed: Mapping[str, str] = field(default_factory=dict)

    def region(self, code: str | None) -> str:
        """A region by its title; the row of all regions together by its label, else `All regions`."""
        code = code or ""
        if code == self.together:
            return self.labels.get("region", {}).get(code) or "All regions"
        return self.regions.get(code) or written_out(code)

    def dimension(self, code: str) -> str:
        """What a value is broken down by: `poverty_band` is `Poverty band`."""
        return self.labels.get("dimension", {}).get(code) or written_out(code)

    def category(self, dimension: str, code: str) -> str:
        """A category of a dimension: `F` of `sex` is `Female`, where the logframe says so."""
        return self.labels.get(dimension, {}).get(code) or written_out(code)

    def unit(self, code: str, count: float | None) -> str:
        """A unit beside its number: `household` is `households`, but for one of them."""
        label = self.labels.get("unit", {}).get(code) or code.replace("_", " ")
        return label if count == 1 else _plural(label)

    def unit_name(self, code: str) -> str:
        """A unit as the head of a column."""
        return "%" if code == "percent" else self.unit(code, None)

    def place_in_order(self, dimension: str, code: str) -> tuple[int, str]:
        """Sorts the categories of a dimension as the logframe lists them; others behind, Ward 9 before Ward 12."""
        order = self.order.get(dimension, [])
        if code in order:
            return order.index(code), ""
        return len(order) + (code == UNKNOWN), re.sub(r"\d+", lambda found: found[0].zfill(9), code)

    def source(self, region: str, source: str) -> str:
        """A delivery's source by its title."""
        return self.sources.get((region, source)) or written_out(source)

    def deliveries(self, text: str) -> str:
        """The deliveries behind a value, without the names of their files: `MIS dump, Sindh 2021Q2`."""
        return self.in_text(_FILES.sub("", text))

    def in_text(self, text: str) -> str:
        """A sentence without codes: `sindh/imi` is `IMI survey, Sindh`, `unreadable_file` is `unreadable file`."""

        def named(found: re.Match[str]) -> str:
            region, source = found[1], found[2]
            title = self.sources.get((region, source))
            return f"{title}, {self.region(region)}" if title else found[0]

        return _CODE.sub(lambda found: found[0].replace("_", " "), _SOURCE.sub(named, text))


def words_of(donor: str) -> Words:
    """Read what a donor's codes are called; without a logframe of that name there is nothing to read.

    Raises SangamError where the logframe or a contract of its regions does not load.
    """
    if donor not in logframes.donor_codes():
        return Words()
    logframe = logframes.of_donor(donor)
    regions = [load_region(name) for name in _readable(logframe.donor.regions)]
    breakdowns = [(indicator, one) for indicator in logframe.indicators for one in indicator.disaggregations]
    return Words(
        together=logframe.donor.together or "all",
        regions={region.region: region.title for region in regions},
        sources={
            (region.region, name): source.title
            for region in regions
            for name, source in region.sources.items()
        },
        labels=logframe.labels,
        order={one.dimension: logframe.listed(one) for _, one in breakdowns},
        unknown={
            (indicator.code, one.dimension): one.unknown for indicator, one in breakdowns if one.unknown
        },
        not_computed=logframe.not_computed,
    )


def written_out(code: str) -> str:
    """Write a code out: `other_informal_worker` is `Other informal worker`. A name stays as it is."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
        return code
    return code.replace("_", " ").capitalize()


def period_order(code: str) -> int:
    """Sorts ways of stating a value over time: in the quarter before since the start."""
    return list(PERIODS).index(code) if code in PERIODS else len(PERIODS)


def inside(label: str) -> str:
    """Return a label as it stands within a sentence: `Poverty band` is `poverty band`, a name stays as it is."""
    return label.lower() if label[1:] == label[1:].lower() else label


def period(code: str | None) -> str:
    """How a value is stated over time: `in_quarter` is `in the quarter`."""
    return PERIODS.get(code or "", (code or "").replace("_", " "))


def _readable(regions: list[str]) -> list[str]:
    return [name for name in regions if name in region_files() and not fault(name)]


def _plural(label: str) -> str:
    """`visit per enterprise` is `visits per enterprise`."""
    head = _HEAD.match(label)
    first, rest = (head[1], label[len(head[1]) :]) if head else (label, "")
    return f"{'people' if first == 'person' else first + 's'}{rest}"
