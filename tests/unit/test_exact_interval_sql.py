"""The interval of a share of 0 or 1 in SQL (dbt_project/macros/indicators/exact_interval.sql) against scipy."""

from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MACROS = jinja2.Environment(autoescape=False).from_string(  # noqa: S701
    "\n".join(
        (PROJECT / "macros" / "indicators" / name).read_text(encoding="utf-8")
        for name in ("student_t.sql", "exact_interval.sql")
    )
)
SEED = PROJECT / "seeds" / "student_t_975.csv"


def width(n: int, df: int) -> float:
    n_of, df_of = (f"(select quantile from read_csv('{SEED}') where df = {one})" for one in (n - 1, df))
    sql = MACROS.module.exact_width(f"cast({n} as bigint)", f"cast({df} as int)", n_of, df_of)
    ((value,),) = duckdb.execute(f"select {sql}").fetchall()
    return float(value)


def effective(n: int, df: int) -> float:
    """n* of Korn and Graubard for a design effect of 1, at most n."""
    return n if n == 1 else min(n, n * (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, df)) ** 2)


@given(n=st.integers(1, 3000), df=st.integers(1, 1000))
def test_it_is_clopper_and_pearson_s_of_the_effective_sample_size(n: int, df: int) -> None:
    size = effective(n, df)
    assert width(n, df) == pytest.approx(stats.beta.ppf(0.975, 1, size), rel=1e-9)
    assert width(n, df) == pytest.approx(1 - stats.beta.ppf(0.025, size, 1), rel=1e-9)


def test_it_is_scipy_s_exact_interval_where_the_degrees_of_freedom_are_the_sample_s() -> None:
    none_of_30 = stats.binomtest(0, 30).proportion_ci(0.95, method="exact")
    assert width(30, 29) == pytest.approx(none_of_30.high, rel=1e-9)
    assert width(30, 72) == width(30, 29)  # never as if there were more than 30
    assert width(30, 5) > width(30, 29)
