"""How far a survey share can be relied on, by the number of cases it rests on: withheld, in brackets, or as it is.

As the Demographic and Health Surveys print it (Croft et al. 2018, Guide to DHS Statistics, DHS-7): below 25 unweighted
cases no number, from 25 to 49 one in brackets; a donor's logframe may have other bounds. What could tell of single
people is another matter: `orchestration/disclosure`. The marts keep all numbers.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.warehouse import logframes
from orchestration.warehouse.logframe_words import Reliability

COLUMN, UNRELIABLE, BRACKETED = "reliability", "unreliable", "bracketed"
# What is or follows from a value; n stays: it is the reason.
_GONE = ("value", "numerator", "denominator", "se", "ci_low", "ci_high", "deff", "df", "achievement", "light")


def rule_of(donor: str) -> Reliability:
    """The bounds of the donor's logframe; those of DHS where it has none that loads."""
    frames = (frame.donor for frame in logframes.sound())
    return next((one.reliability for one in frames if one.code == donor), Reliability())


def judge_values(values: pa.Table, kinds: pa.Table, rule: Reliability) -> pa.Table:
    """The values with a column `reliability` (unreliable, bracketed or null); unreliable ones without their numbers.

    `values` has indicator, n, state, reason, note and those of a number; `kinds` has indicator and kind. Shares of a
    survey that are reported are judged, and no others. An unreliable one has this for its state, and says why.
    """
    shares = kinds["indicator"].filter(pc.equal(kinds["kind"], "survey_share")).combine_chunks()
    is_share = pc.and_(pc.is_in(values["indicator"], value_set=shares), pc.equal(values["state"], "reported"))
    gone = pc.and_(is_share, _is_below(values["n"], rule.withheld_below))
    doubtful = pc.and_(is_share, _is_below(values["n"], rule.bracketed_below))
    made = {name: values[name] for name in values.column_names}
    made |= {name: pc.if_else(gone, pa.scalar(None, made[name].type), made[name]) for name in _GONE}
    made["state"] = pc.if_else(gone, UNRELIABLE, made["state"])
    why = f"Unreliable: based on fewer than {rule.withheld_below} unweighted cases."
    made["reason"] = pc.if_else(gone, why, made["reason"])
    caution = f"Based on {rule.withheld_below}-{rule.bracketed_below - 1} unweighted cases: to be read with caution."
    noted = pc.binary_join_element_wise(caution, made["note"], " ", null_handling="skip")
    made["note"] = pc.if_else(pc.and_not(doubtful, gone), noted, made["note"])
    return pa.table({**made, COLUMN: _words(gone, doubtful)})


def judge_changes(changes: pa.Table, rule: Reliability) -> pa.Table:
    """The tests of a round's change without those that rest on an unreliable value, now or in the round before.

    `changes` has n and previous_n, and gets the column `reliability`: bracketed where one of both values is.
    """
    least = pc.min_element_wise(changes["n"], changes["previous_n"])
    gone, doubtful = _is_below(least, rule.withheld_below), _is_below(least, rule.bracketed_below)
    return changes.append_column(COLUMN, _words(gone, doubtful)).filter(pc.invert(gone))


def _is_below(n: pa.ChunkedArray, bound: int) -> pa.ChunkedArray:
    return pc.fill_null(pc.less(n, bound), False)


def _words(gone: pa.ChunkedArray, doubtful: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(gone, UNRELIABLE, pc.if_else(doubtful, BRACKETED, pa.scalar(None, pa.string())))
