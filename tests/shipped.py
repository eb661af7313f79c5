"""The shipped contracts and logframes as the deliveries of tests need them.

Corrections and decisions are about partners' own records, and a region may be there before its first delivery. Neither
is to change what is expected of made-up deliveries; whether they are sound is asked elsewhere.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

ABOUT_RECORDS = ("corrections.yml", "decisions.yml")


def without_corrections(regions: Path, copy: Path) -> Path | None:
    """A copy of the contracts without entries about single records; None where there are none."""
    files = [file for name in ABOUT_RECORDS for file in regions.glob(f"*/{name}")]
    if not any(yaml.safe_load(file.read_text(encoding="utf-8")) for file in files):
        return None
    shutil.copytree(regions, copy, ignore=shutil.ignore_patterns(*ABOUT_RECORDS))
    return copy


def of_delivered_regions(logframes: Path, landing: Path, copy: Path) -> Path | None:
    """A copy of the logframes whose donors name delivered regions only; None where they do anyway.

    A donor without any delivered region keeps all of them.
    """
    cut = {}
    for file in logframes.glob("*.yml"):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        delivered = [region for region in content["donor"]["regions"] if (landing / region).is_dir()]
        if delivered and delivered != content["donor"]["regions"]:
            content["donor"]["regions"] = delivered
            for one in content["indicators"]:
                own = one.get("regions", [])
                one["regions"] = [region for region in own if region in delivered]
            cut[file.name] = content
    if not cut:
        return None
    shutil.copytree(logframes, copy)
    for name, content in cut.items():
        (copy / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return copy
