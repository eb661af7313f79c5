"""Student's t in SQL (dbt_project/macros/indicators/student_t.sql and its seeds) against scipy."""

import csv
from pathlib import Path

import duckdb
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MACROS = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=False).from_string(  # noqa: S701
    (PROJECT / "macros" / "indicators" / "student_t.sql").read_text(encoding="utf-8")
)
SEEDS = PROJECT / "seeds"


def quantile(df: int) -> float:
    seed = f"read_csv('{SEEDS / 'student_t_975.csv'}')"
    tabulated = f"(select quantile from {seed} where df = {df})"
    ((value,),) = duckdb.execute(f"select {MACROS.module.student_t_975(str(df), tabulated)}").fetchall()
    return float(value)


def two_sided_p(t: float, df: int) -> float:
    term = MACROS.module.student_t_tail_term
    ((value,),) = duckdb.execute(
        f"""
        select sum({term("theta", "df", "node", "weight")} order by node)
            / sum({term("0", "df", "node", "weight")} order by node)
        from read_csv('{SEEDS / "gauss_legendre.csv"}'),
            (select atan(abs($t) / sqrt($df)) as theta, cast($df as int) as df)
        """,
        {"t": t, "df": df},
    ).fetchall()
    return float(value)


@pytest.mark.parametrize("df", [1, 2, 9, 40, 72, 112, 200, 201, 250, 1000, 100_000])
def test_the_quantile(df: int) -> None:
    assert quantile(df) == pytest.approx(stats.t.ppf(0.975, df), abs=1e-10)


def test_the_seed_is_whole() -> None:
    with (SEEDS / "student_t_975.csv").open(encoding="utf-8") as file:
        rows = [(int(row["df"]), float(row["quantile"])) for row in csv.DictReader(file)]
    assert [df for df, _ in rows] == list(range(1, 201))
    assert all(value == pytest.approx(stats.t.ppf(0.975, df), abs=1e-12) for df, value in rows)


@given(t=st.floats(-60, 60), df=st.integers(1, 2000))
def test_the_two_sided_probability(t: float, df: int) -> None:
    assert two_sided_p(t, df) == pytest.approx(2 * stats.t.sf(abs(t), df), abs=1e-10)
