"""The recipe of a donor's quarter: every delivery, decision and source file behind it, each by its SHA-256.

It lies in the home's archive beside what it names, and a release's manifest bears its SHA-256: so nobody can change
what a release was made of. Of arrivals the order is kept and not the time: a copy of the same files has others.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest.code_state import code_fingerprint
from ingest.contracts.loading import REFERENCE
from ingest.deliveries.delivery import NO_QUARTER
from ingest.deliveries.receipt import Receipt
from ingest.deliveries.receipts import receipts
from ingest.errors import SangamError
from ingest.sql import parquet_relation
from ingest.store import archive
from orchestration.warehouse import source_tree
from orchestration.warehouse.build_state import quarters_built, tree_built_from
from orchestration.warehouse.source_tree import LOGFRAMES, REGIONS, SUITES, Tree

FORMAT = "sangam-recipe/1"


@dataclass(frozen=True)
class Arrived:
    """One delivered file, by its path in the landing. `version`: an earlier one of a reference table.

    `late_up_to`: the day of its receipt, where it came long after its quarter; `is_changed`: the delivery log has
    other bytes.
    """

    region: str
    source: str
    quarter: str
    path: str
    sha256: str
    late_up_to: str = ""
    is_changed: bool = False
    version: bool = False


@dataclass(frozen=True)
class Recipe:
    """What a donor's quarter was made of.

    `through`: the last quarter that was run; `quarters`: those the warehouse had, up to the donor's (a quarter without
    deliveries states what is not reported); `tree`: the list of source files, by its SHA-256; `engine`: a hash of the
    code in it that decides about values; `packages`: versions by name; `arrived`: deliveries in the order they came;
    `decisions`: what people decided about waiting deliveries, by file; `before`: what of earlier quarters
    was withheld: they are shown, and tested against, beside this one.
    """

    donor: str
    quarter: str
    through: str
    quarters: tuple[str, ...]
    regions: tuple[str, ...]
    tree: str
    engine: str
    packages: dict[str, str]
    arrived: tuple[Arrived, ...]
    decisions: dict[str, str]
    before: tuple[dict[str, Any], ...] = ()

    def as_bytes(self) -> bytes:
        """The recipe as it is kept: the same one gives the same bytes."""
        words = {"format": FORMAT, **asdict(self)}
        return (json.dumps(words, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @property
    def sha256(self) -> str:
        """What its release calls it by."""
        return hashlib.sha256(self.as_bytes()).hexdigest()


def recipe_of(
    home: Path, donor: str, quarter: str, regions: Iterable[str], before: Iterable[dict[str, Any]] = ()
) -> Recipe | None:
    """The recipe of what the warehouse holds now; None for a warehouse that nobody built here.

    `regions`: the donor's. Raises SangamError where the code or the contracts are no longer those that it was built
    with: nobody could build such a release again.
    """
    built = tree_built_from(home)
    if built is None:
        return None
    now = source_tree.tree()
    if hashlib.sha256(source_tree.as_bytes(now)).hexdigest() != built:
        raise SangamError(
            "The warehouse was built by other code, contracts or logframes than are here now: "
            f"{_differs(home, built, now)}. Run `sangam run --quarter {quarter}`, then look at the values again."
        )
    wanted = sorted({REFERENCE, *regions})
    arrived = [one for region in wanted for one in _arrived(home, region)]
    quarters = {one.quarter for one in arrived} - {NO_QUARTER}
    return Recipe(
        donor=donor,
        quarter=quarter,
        through=max(quarters | {quarter}),
        quarters=tuple(one for one in quarters_built(home) if one <= quarter),
        regions=tuple(wanted),
        tree=built,
        engine=engine(now),
        packages=packages(),
        arrived=tuple(arrived),
        decisions=_decisions(home, {one.sha256 for one in arrived}),
        before=tuple(before),
    )


def keep(home: Path, recipe: Recipe) -> str:
    """Keep a recipe in the archive; its SHA-256. Raises SangamError where a delivery it names is not kept."""
    if gone := [one for one in recipe.arrived if not archive.has_delivery(home, one.sha256)]:
        names = ", ".join(one.path for one in gone[:5])
        raise SangamError(
            f"The archive of this home does not have every delivery: {names}"
            f"{f' and {len(gone) - 5} more' if len(gone) > 5 else ''}. Run `sangam run --quarter {recipe.through}`: "
            "it keeps what lies in the landing."
        )
    return archive.put(home, recipe.as_bytes())


def kept(home: Path, sha256: str) -> Recipe:
    """The recipe of that SHA-256. Raises SangamError where the archive has none, or one of another format."""
    words = json.loads(archive.get(home, sha256))
    if (said := words.pop("format", None)) != FORMAT:
        raise SangamError(f"The recipe {sha256[:12]}… is of format '{said}'; this program reads '{FORMAT}'.")
    words["arrived"] = tuple(Arrived(**one) for one in words["arrived"])
    words["quarters"] = tuple(words["quarters"])
    words["regions"], words["before"] = tuple(words["regions"]), tuple(words["before"])
    return Recipe(**words)


def packages() -> dict[str, str]:
    """The versions of the packages that the program asks for, by name."""
    asked = importlib.metadata.requires("sangam") or []
    names = sorted(
        found[0].lower() for one in asked if "extra ==" not in one and (found := re.match(r"[\w.-]+", one))
    )
    return {name: importlib.metadata.version(name) for name in names}


def engine(of: Tree) -> str:
    """A hash of the code that decides about values: comments and what only shows them do not count."""
    code = code_fingerprint("ingest.run", "ingest.linkage", "orchestration.releases.content")
    models = "".join(f"{name} {sha256}\n" for name, sha256 in of.items() if is_model(name))
    return hashlib.sha256(f"{code}\n{models}".encode()).hexdigest()[:16]


def is_model(name: str) -> bool:
    """Whether a file of the tree is of the dbt project and no logframe."""
    return name.startswith("dbt_project/") and not name.startswith(LOGFRAMES)


def is_content(name: str) -> bool:
    """Whether a file of the tree is a contract, a logframe or a suite: what people say, not how it is done."""
    return name.startswith((REGIONS, LOGFRAMES, SUITES))


def _arrived(home: Path, region: str) -> list[Arrived]:
    """The deliveries of a region that the feeds were made from, or that were left out of them, in order of arrival."""
    files = sorted((home / "lake" / "feeds" / "feed=drop" / f"region={region}").rglob("drops.parquet"))
    if not files:
        return []
    with duckdb.connect() as connection:
        known = set(connection.execute(f"select file, sha256 from {parquet_relation(files)}").fetchall())
    there = [one for one in receipts(home, region) if (one.path, one.sha256) in known]
    there.sort(key=lambda one: (one.received_at, one.path))
    return [_as_arrived(one) for one in there]


def _as_arrived(receipt: Receipt) -> Arrived:
    path, _, version = receipt.path.partition("@")
    return Arrived(
        region=receipt.region,
        source=receipt.source,
        quarter=receipt.quarter,
        path=path if receipt.region == REFERENCE else receipt.path,
        sha256=receipt.sha256,
        late_up_to=receipt.judged_as.late_up_to,
        is_changed=receipt.judged_as.is_changed,
        version=bool(version) and receipt.region == REFERENCE,
    )


def _decisions(home: Path, about: set[str]) -> dict[str, str]:
    """What people decided about these deliveries, kept in the archive."""
    at = home / "decisions" / "drops"
    found = [path for path in sorted(at.glob("*.json")) if path.name.partition("-")[0] in about]
    return {path.name: archive.put(home, path.read_bytes()) for path in found}


def _differs(home: Path, built: str, now: Tree) -> str:
    """Which files are not what they were, the first three."""
    if not built:
        return "by a version that did not note it"
    was = source_tree.kept(home, built)
    names = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
