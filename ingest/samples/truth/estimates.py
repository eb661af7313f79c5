"""Expected indicator values: survey estimates with their errors, counts, and the rows of indicators.csv.

Worked out with NumPy from what the samples were made of, apart from the pipeline's own SQL. No programme is
known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta
from scipy.stats import t as student

from ingest.samples.arrays import Flags, Ints

Row = dict[str, Any]


@dataclass(frozen=True)
class Design:
    """A survey round's design: primary sampling units by number, and the stratum of each."""

    stratum_of_psu: Ints

    def df(self, psus: Ints) -> int:
        """Degrees of freedom: sampling units less strata among the given units."""
        return len(psus) - len(np.unique(self.stratum_of_psu[psus]))


def survey_share(y: Flags, weight: npt.NDArray[np.float64], psu: Ints, design: Design) -> Row:
    """Weighted share in percent of the given observations, with error, interval and design effect.

    Variance by Taylor linearisation of the ratio, sampling units without an observation counting as zero
    (Lumley, *Complex Surveys*, 2010, 2.3; Heeringa et al., *Applied Survey Data Analysis*, 2017, 3.6);
    interval on the logit scale with t on units − strata degrees of freedom of the whole round, of a share of
    0 or 100 the exact one (Korn and Graubard 1998); design effect over p(1−p)/(n−1).
    """
    n, total = len(y), float(weight.sum())
    p = float(weight[y].sum()) / total
    psus = np.arange(len(design.stratum_of_psu))
    z = np.bincount(psu, weights=weight * (y - p) / total, minlength=len(psus))
    strata = design.stratum_of_psu
    each = np.bincount(strata).astype(float)
    mean = np.bincount(strata, weights=z) / np.maximum(each, 1)
    factor = np.divide(each, each - 1, out=np.zeros_like(each), where=each > 1)
    variance = float((factor * np.bincount(strata, weights=(z - mean[strata]) ** 2)).sum())
    df, df_domain = design.df(psus), design.df(np.unique(psu))
    row: Row = {
        "value": 100 * p,
        "numerator": float(weight[y].sum()),
        "denominator": total,
        "n": n,
        "se": 100 * variance**0.5,
        "df": df,
        "df_domain": df_domain,
    }
    if 0 < p < 1 and n > 1:
        row["deff"] = variance / (p * (1 - p) / (n - 1))
        row["ci_low"], row["ci_high"] = _logit_interval(p, variance**0.5, df)
        row["ci_low_domain"], row["ci_high_domain"] = _logit_interval(p, variance**0.5, df_domain)
    elif p in (0, 1) and df > 0:
        row["ci_low"], row["ci_high"] = _exact_interval(p, n, df)
    return row


def _exact_interval(p: float, n: int, df: int) -> tuple[float, float]:
    """Clopper and Pearson's of as many as n are worth with so few degrees of freedom, at most n."""
    worth = (student.ppf(0.975, n - 1) / student.ppf(0.975, df)) ** 2 if n > 1 else 1
    size = n * min(float(worth), 1)
    low = 100 * float(beta.ppf(0.025, size, 1)) if p else 0.0
    high = 100.0 if p else 100 * float(beta.ppf(0.975, 1, size))
    return low, high


def _logit_interval(p: float, se: float, df: int) -> tuple[Any, Any]:
    if df < 1:
        return "", ""
    middle, half = np.log(p / (1 - p)), float(student.ppf(0.975, df)) * se / (p * (1 - p))
    low, high = (float(100 / (1 + np.exp(-(middle + side * half)))) for side in (-1, 1))
    return low, high


def change(now: Row, before: Row) -> Row:
    """The difference of two independent rounds with its test: t on the rounds' summed degrees of freedom,
    two-sided.
    """
    difference, se = now["value"] - before["value"], float(np.hypot(now["se"], before["se"]))
    df = now["df"] + before["df"]
    row: Row = {
        "previous": before["value"],
        "current": now["value"],
        "difference": difference,
        "se": se,
        "df": df,
    }
    if se > 0:
        row["t"] = difference / se
        row["p"] = float(2 * student.sf(abs(row["t"]), df))
    return row


def count_rows(
    base: Row, counted: Ints, dimensions: Mapping[str, tuple[npt.NDArray[np.str_], Sequence[str]]]
) -> list[Row]:
    """Rows of a distinct count: the total and each category, zero ones too.

    `counted` are the counted units' numbers, each once; a dimension gives every unit's category and all
    categories.
    """
    rows = [_count(base, len(counted))]
    for name, (category_of, categories) in dimensions.items():
        mine = category_of[counted]
        found = [c for c in categories if c != "unknown" or (mine == c).any()]
        rows += [_count({**base, "dimension": name, "category": c}, int((mine == c).sum())) for c in found]
    return rows


def _count(base: Row, number: int) -> Row:
    return {**base, "state": "reported", "value": number, "numerator": number, "n": number}


def tidy(row: Row) -> Row:
    """Numbers as the expected files write them: whole ones without a decimal point."""
    return {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in row.items()}
