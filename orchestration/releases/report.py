"""The report that a donor opens in a browser: one HTML file that needs no network and no script.

Says what stands where; texts and looks are in `report.html.j2`, numbers in words in `rows` and `background`.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from orchestration.releases.background import (
    READING,
    STATE_TEXTS,
    change_rows,
    definition_rows,
    drop_rows,
    quality_rows,
    signed,
)
from orchestration.releases.content import Content
from orchestration.releases.drawing import bar, mark, scale_of
from orchestration.releases.figures import NO_NUMBER, figure, interval, months, plain
from orchestration.releases.header import Header
from orchestration.releases.missing import told
from orchestration.releases.rows import Row, front_rows, level_order, round_rows, value_rows
from orchestration.releases.words import inside, period_order

# What no page may hold: control characters but for tab and line feed.
CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127])


def to_report(content: Content, header: Header, values: pa.Table, files: Mapping[str, bytes]) -> bytes:
    """Return the report of a release; `files` are those that it tells the SHA-256 of.

    `values` are the content's with status and release added.
    """
    rows = value_rows(content, header, values)
    rounds = {row["key"]: row for row in round_rows(content)}
    quality = quality_rows(content, rows)
    page = _template().render(
        header=header,
        content=content,
        period=months(content.quarter),
        signed=signed(header),
        missing=told(header.missing),
        fiscal=sorted({row["fiscal_label"] for row in rows if row["fiscal_label"]}),
        regions=sorted({row["region"] for row in rows if not row["is_together"]}),
        region=content.words.dimension("region"),
        together=content.words.region(content.words.together),
        front=front_rows(rows),
        lights=_lights(front_rows(rows)),
        levels=_levels(content, rows, rounds, quality),
        changes=change_rows(content, header),
        why=_sentence(header.reason or "The values were computed again"),
        quality=quality,
        states=STATE_TEXTS,
        reading=READING,
        definitions=definition_rows(content),
        drops=drop_rows(content),
        files=[(name, len(body), sha256(body).hexdigest()) for name, body in files.items()],
    )
    return page.translate(CONTROLS).lstrip().encode("utf-8")


def _levels(content: Content, rows: list[Row], rounds: Mapping[Any, Row], quality: list[Row]) -> list[Row]:
    """The result levels with their indicators, each with statements (totals) and breakdowns."""
    descriptions = {row["indicator"]: row["description"] for row in content.definitions.to_pylist()}
    levels: dict[str, list[Row]] = {}
    for code, group in groupby(rows, lambda row: row["indicator"]):
        of = list(group)
        levels.setdefault(of[0]["level"], []).append(
            {
                "code": code,
                "name": of[0]["name"],
                "description": descriptions.get(code),
                "statements": [_statement(row, content, rounds) for row in front_rows(of)],
                "regions": _by_region(of),
                "breakdowns": _breakdowns(of),
                "notes": [note for note in quality if note["indicator"] == code],
            }
        )
    return [{"name": name, "indicators": levels[name]} for name in sorted(levels, key=level_order)]


def _statement(row: Row, content: Content, rounds: Mapping[Any, Row]) -> Row:
    """A total with its drawing: value with interval, baseline and target on one scale."""
    scale = scale_of([row], ("value", "target", "baseline", "ci_high", "ci_low"))
    since = rounds.get((row["indicator"], row["key"][1], "", *row["key"][3:]))
    return {
        "row": row,
        "bar": bar(row, scale),
        "is_drawn": row["value"] is not None and (row["target"] is not None or row["ci_low"] is not None),
        "target": mark(row["target"], scale),
        "baseline": mark(row["baseline"], scale),
        "baseline_shown": figure(row, content.words, "baseline"),
        "low": plain(scale.low, 0),
        "high": f"{plain(scale.high, 1)}{' %' if row['unit'] == 'percent' else ''}",
        "interval": interval(row),
        "n": plain(row["n"], 0),
        "last": row["last"]["shown"] if row["last"] else None,
        "since": since and since["previous_round"],
        "by": since and since["difference"],
        "p": since and since["p"],
    }


def _by_region(rows: list[Row]) -> list[Row]:
    """The totals of single regions, where there is one of all together, with a bar each."""
    totals = [row for row in rows if row["by"] is None and not row["is_together"]]
    if len(totals) == len([row for row in rows if row["by"] is None]):
        return []
    scale = scale_of(totals)
    return [
        {
            "row": row,
            "bar": bar(row, scale),
            "shown": _bare(row),
            "last": _bare(row["last"]) or NO_NUMBER,
            "interval": interval(row),
        }
        for row in totals
    ]


def _breakdowns(rows: list[Row]) -> list[Row]:
    """The breakdowns of an indicator, a table for each dimension."""
    own = sorted((row for row in rows if row["by"]), key=_table_of)
    return [_breakdown(list(of)) for _, of in groupby(own, _table_of)]


def _breakdown(rows: list[Row]) -> Row:
    """A line a category, with a column for each region beside that of all together.

    A place lies in one region only: its name then stands in the line. So it does where nothing is told of all regions
    together.
    """
    single = {row["category"]: row["region"] for row in rows if not row["is_together"]}
    regions = sorted({row["region"] for row in rows if not row["is_together"]})
    first = [row for row in rows if row["is_together"]]
    is_named = (len(regions) > 1 and len(rows) <= 2 * len(first)) or not first
    if is_named:
        first = sorted(
            first or rows, key=lambda row: single.get(row["category"], "") if first else row["region"]
        )
    beside = [] if is_named else regions
    cells = {(row["category"], row["region"]): row for row in rows}
    scale = scale_of(first, ("value", "ci_high", "ci_low"))
    return {
        "by": rows[0]["by"],
        "over_time": rows[0]["over_time"],
        "unit": rows[0]["unit_name"],
        "is_wide": len(regions) > 1,
        "regions": beside,
        # a table that says nothing but withheld is one sentence
        "withheld": [row["category"] for row in first if all(one["state"] == "suppressed" for one in rows)],
        "lines": [
            {
                "row": row,
                "bar": bar(row, scale),
                "shown": _bare(row),
                "interval": interval(row),
                "region": _region_of(row, single) if len(regions) > 1 and is_named else None,
                "cells": [_cell(cells.get((row["category"], one))) for one in beside],
            }
            for row in first
        ],
    }


def _cell(row: Row | None) -> Row:
    return {"row": row or {"value": None}, "shown": _bare(row)}


def _region_of(row: Row, single: Mapping[str, str]) -> str | None:
    return single.get(row["category"]) if row["is_together"] else row["region"]


def _table_of(row: Row) -> tuple[Any, ...]:
    return (row["dimension"], period_order(row["key"][2]), row["currency"] or "")


def _bare(row: Row | None) -> str:
    """A number whose unit the head of its column says; an amount and a share keep theirs."""
    if row is None:
        return ""
    if row["value"] is None or row["currency"] or row["unit"] == "percent":
        return str(row["shown"])
    return plain(row["value"], row["places"]["value"])


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _lights(rows: list[Row]) -> list[tuple[str, int]]:
    """How many indicators stand at which light, and in which state there is none."""
    told = [row["light"] or ("without a light" if row["value"] is not None else row["shown"]) for row in rows]
    order = ("green", "amber", "red", "without a light")
    names = sorted(set(told), key=lambda name: (order.index(name) if name in order else len(order), name))
    return [(name, told.count(name)) for name in names]


@cache
def _template() -> Template:
    folder = Path(__file__).parent
    loaded = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    loaded.filters["inside"] = inside
    return loaded.get_template("report.html.j2")
