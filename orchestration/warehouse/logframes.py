"""The donors' logframes (dbt_project/indicators/<donor>.yml): loaded, checked, and handed to dbt as variables.

One entry an indicator; dbt's SQL is written once a kind and is fed with these. SANGAM_LOGFRAMES names a folder that
stands in the place of `dbt_project/indicators`. The words are in `logframe_words`.
No SQL is built here, and nothing is computed.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from ingest.contracts.faults import checked, did_you_mean, line
from ingest.contracts.loading import REFERENCE, as_read, fault, load_region, region_files, regions_root
from ingest.contracts.yaml_file import Document, read_mapping
from ingest.errors import SangamError
from ingest.nearest import unknown
from orchestration.settings import home
from orchestration.warehouse.iati_words import Activity
from orchestration.warehouse.indicator_sense import require_meant
from orchestration.warehouse.logframe_sound import require_sound
from orchestration.warehouse.logframe_words import COUNTED, Disaggregation, Indicator, Logframe

FOLDER = Path(__file__).resolve().parents[2] / "dbt_project" / "indicators"

# Words of a donor that no model reads: a change of them makes no number anew.
_NOT_FOR_DBT = {"iati", "exchange", "signatures", "time_zone", "remind_days", "officers"}


def logframes_root() -> Path:
    """The folder of the logframes: SANGAM_LOGFRAMES, else the built-in one."""
    return Path(os.environ.get("SANGAM_LOGFRAMES") or FOLDER)


def load(folder: Path | None = None) -> list[Logframe]:
    """Every logframe of the folder, in the order of their file names.

    Raises SangamError naming file, place and remedy where a file is no valid logframe.
    """
    at = folder or logframes_root()
    files = sorted(at.glob("*.yml"))
    if not files:
        raise SangamError(f"There is no logframe (*.yml) in {at}.")
    return [read(file) for file in files]


def donor_codes() -> list[str]:
    """The donors there is a logframe for, sound or not, by the names of the files."""
    return sorted(file.stem for file in logframes_root().glob("*.yml"))


def of_donor(donor: str) -> Logframe:
    """One donor's logframe. Raises SangamError where there is none, or no valid one."""
    if donor not in donor_codes():
        raise unknown("donor", donor, donor_codes())
    return read(logframes_root() / f"{donor}.yml")


def sound(folder: Path | None = None) -> list[Logframe]:
    """The logframes that load; what is wrong with the others says `faults`."""
    return [one for one in _each(folder).values() if isinstance(one, Logframe)]


def faults(folder: Path | None = None) -> dict[str, str]:
    """The donors whose logframe does not load, by the name of its file, each with the reason."""
    return {donor: one for donor, one in _each(folder).items() if isinstance(one, str)}


def _each(folder: Path | None) -> dict[str, Logframe | str]:
    files = ((file, file.stat()) for file in sorted((folder or logframes_root()).glob("*.yml")))
    states = tuple((file, state.st_mtime_ns, state.st_size) for file, state in files)
    return _looked_into(states, home(), regions_root(), as_read())


@cache
def _looked_into(
    states: tuple[tuple[Path, int, int], ...], where: Path, *_contracts: object
) -> dict[str, Logframe | str]:
    """Looked into once for what has been read: commands and steps ask again and again."""
    found: dict[str, Logframe | str] = {}
    for file, *state in states:
        try:
            logframe, document = _read_once(file, *state)
            _require_known(logframe, document)
            require_sound(logframe, document, where)
            found[file.stem] = logframe
        except SangamError as error:
            found[file.stem] = str(error)
    return found


def _require_known(logframe: Logframe, document: Document) -> None:
    """Raises SangamError, naming file and line, where there is no contract for what a logframe names.

    Of a region that does not load nobody knows the sources; it has a fault of its own.
    """
    regions = [name for name in region_files() if name != REFERENCE]
    for number, name in enumerate(logframe.donor.regions):
        if name not in regions:
            words = f"there is no region '{name}'{did_you_mean(name, regions)}"
            raise SangamError(line(document, ("donor", "regions", number), words))
    for place, indicator in enumerate(logframe.indicators):
        own = indicator.regions or logframe.donor.regions
        known = {source for region in own if not fault(region) for source in load_region(region).sources}
        for number, name in enumerate(indicator.sources):
            if name not in known and not any(fault(region) for region in own):
                words = f"there is no source '{name}' of {', '.join(own)}{did_you_mean(name, known)}"
                raise SangamError(line(document, ("indicators", place, "sources", number), words))
        if why := _against_cadence(indicator, own, logframe.donor.together):
            raise SangamError(line(document, ("indicators", place, "sources"), why))


def _against_cadence(indicator: Indicator, regions: list[str], together: str | None) -> str | None:
    """Why the sources' cadences do not go with how the indicator is stated; None where they do."""
    cadences = {
        load_region(region).sources[name].cadence
        for region in regions
        if not fault(region)
        for name in indicator.sources
        if name in load_region(region).sources
    }
    if len(cadences) > 1:
        return "a round and a quarter's extract are not of one period: give each its indicator."
    if cadences == {"round"} and {"in_quarter", "cumulative"} & set(indicator.over_time):
        return "a round also serves later quarters, so nothing of it is in the quarter: use round or as_at."
    if cadences == {"round"} and together and len(regions) > 1:
        return "rounds of several regions are not of one period: a donor with 'together' cannot add them up."
    return None


def read(file: Path) -> Logframe:
    """One logframe. Raises SangamError, naming file and line, where it is no valid one."""
    return _read(file)[0]


def _read(file: Path) -> tuple[Logframe, Document]:
    now = file.stat()
    return _read_once(file, now.st_mtime_ns, now.st_size)


@cache
def _read_once(file: Path, *_state: int) -> tuple[Logframe, Document]:
    document = read_mapping(file)
    logframe = checked(Logframe, document)
    if file.stem != logframe.donor.code:
        words = f"the file defines donor '{logframe.donor.code}': name it {logframe.donor.code}.yml."
        raise SangamError(line(document, ("donor", "code"), words))
    require_meant(logframe, document)
    return logframe, document


def activity_of(donor: str) -> Activity:
    """The donor's `iati:` block; country and currency of its regions where it states none and they agree on one.

    Raises SangamError where the donor's logframe, or the contract of a region, does not load.
    """
    if donor not in donor_codes():
        return Activity()
    stated = of_donor(donor).donor
    regions = [load_region(name) for name in stated.regions]
    known: dict[str, Any] = {}
    if not stated.iati.countries and len({region.country for region in regions}) == 1 and regions[0].country:
        known["countries"] = {regions[0].country: 100.0}
    if not stated.iati.currency and len({region.currency for region in regions}) == 1 and regions[0].currency:
        known["currency"] = regions[0].currency
    return stated.iati.model_copy(update=known)


def exchange_of(donor: str) -> list[str]:
    """The formats that the donor asks for beside those of every release; none where there is no logframe."""
    return [*of_donor(donor).donor.exchange] if donor in donor_codes() else []


def signatures_of(donor: str) -> int:
    """How many different people sign off a release for the donor; one where there is no sound logframe."""
    return next((frame.donor.signatures for frame in sound() if frame.donor.code == donor), 1)


def as_dbt_vars(logframes: list[Logframe], feeds: Path | str) -> dict[str, Any]:
    """The variables of one dbt call: `dbt build --vars '<this as JSON>'`.

    `feeds` is the folder of the lake's feeds.
    An indicator stated twice over time (in the quarter, and cumulative) becomes two entries.
    """
    return {
        "feeds": str(feeds),
        "donors": [logframe.donor.model_dump(exclude=_NOT_FOR_DBT) for logframe in logframes],
        "indicators": [
            _entry(logframe, position, indicator, over_time)
            for logframe in logframes
            for position, indicator in enumerate(logframe.indicators, 1)
            for over_time in indicator.over_time
        ],
    }


def _entry(logframe: Logframe, position: int, indicator: Indicator, over_time: str) -> dict[str, Any]:
    entry = indicator.model_dump(by_alias=True, exclude={"disaggregations", "joins"})
    regions = indicator.regions or logframe.donor.regions
    return entry | {
        "donor": logframe.donor.code,
        "donor_name": logframe.donor.name,
        "position": position,
        "over_time": over_time,
        "has_target": over_time == indicator.over_time[0],  # a target belongs to the first way of stating it
        "regions": regions,
        "together": logframe.donor.together if len(regions) > 1 else None,  # one region is all there is
        "since": logframe.donor.since,
        "until": logframe.donor.until,
        "scale": indicator.scale or (100 if indicator.unit == "percent" else 1),
        "n_counts": indicator.n_counts or COUNTED[indicator.kind],
        "joins": [join.model_dump() for join in indicator.joined],
        "disaggregations": [_disaggregation(logframe, one) for one in indicator.disaggregations],
    }


def _disaggregation(logframe: Logframe, one: Disaggregation) -> dict[str, Any]:
    return {
        "dimension": one.dimension,
        "category": one.category,
        "overlapping": one.overlapping,
        "apart": one.apart,
        "categories": logframe.listed(one),
        "place_types": one.place_types,
    }
