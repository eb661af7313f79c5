"""A home with a small warehouse, one quarter for each of some made-up donors: published from in a second or two."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.releases import approvals, publish
from orchestration.releases.publish import Published
from tests import marts

QUARTER = "2021Q2"
VALUES = """
insert into marts.indicator_values by name
select donor, indicator, '2021Q2' as quarter, 'sindh' as region, 'round' as over_time, dimension, category,
       number::double as "value", 'percent' as unit, '' as currency, 17 as numerator, 21 as denominator, 21 as n,
       'reported' as state, 'provisional' as status, null::varchar as release, 1 as definition_version,
       'FY2020-21 Q4' as fiscal_label
from unnest($donors) as d(donor),
     (values ('AA-01', 'all', 'all', 200 / 3), ('AA-01', 'sex', 'F', 70.1),
             ('AA-02', 'all', 'all', 12.5)) as v(indicator, dimension, category, number)
"""
REST = """
insert into marts.indicator_definitions by name
select distinct donor, indicator, 'Share' as name, 'outcome' as level, 1 as definition_version
from marts.indicator_values;
insert into marts.indicator_evidence by name
select donor, indicator, quarter, 'mis_2021Q2.sql' as _file, 'ab12' as _sha256 from marts.indicator_values
"""


def make(folder: Path, donors: Iterable[str]) -> Path:
    """Make warehouse and logframes of these donors in a folder; the folder of the logframes."""
    names = list(donors)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
        marts.create(db)
        db.execute(VALUES, {"donors": names})
        db.execute(REST)
    for donor in names:
        marts.write_logframe(folder / "logframes", donor, ["AA-01", "AA-02"])
    return folder / "logframes"


@contextlib.contextmanager
def made(folder: Path, donors: Iterable[str]) -> Iterator[Path]:
    """The same, with the environment pointed at it meanwhile."""
    logframes = make(folder, donors)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANGAM_LOGFRAMES", str(logframes))
        yield folder


def set_value(home: Path, donor: str, value: float, category: str = "F") -> None:
    """Another value of a donor's, as after a late delivery."""
    with duckdb.connect(str(home / "warehouse.duckdb")) as db:
        db.execute(
            "update marts.indicator_values set value = ? "
            "where donor = ? and category = ? and indicator = 'AA-01'",
            [value, donor, category],
        )


def release(home: Path, client: Any, donor: str, by: str = "Amina Soomro", **more: Any) -> Published:
    """Sign off and publish."""
    approvals.approve(home, donor, QUARTER, by)
    return publish.publish(home, client, donor, QUARTER, **more)
