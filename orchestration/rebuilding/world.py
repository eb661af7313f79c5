"""A recipe laid out in a folder of its own, and made by the code that lies there, in a process of its own.

<folder>/code       the source tree            <folder>/landing   the deliveries, with their order of arrival
<folder>/home       where it is made           <folder>/request.json, <folder>/answer/
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ingest.boundary.pseudonyms import secret
from ingest.contracts.loading import REFERENCE
from ingest.deliveries.delivery import NO_QUARTER, quarter_end
from ingest.deliveries.received_log import NAME as LOG
from ingest.errors import SangamError
from ingest.store import archive
from orchestration.rebuilding.recipe import Arrived, Recipe
from orchestration.settings import is_demo
from orchestration.warehouse.source_tree import LOGFRAMES, REGIONS, SUITES, Tree

MAKES = "orchestration.remake"  # run in the tree that is laid out
REQUEST, ANSWER = "request.json", "answer"
_REPLACED = {"SANGAM_REGIONS": REGIONS, "SANGAM_LOGFRAMES": LOGFRAMES, "SANGAM_SUITES": SUITES}
_OTHER_BYTES = "0" * 64  # what the delivery log says of a file that was changed after it arrived
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class CannotBeMadeError(SangamError):
    """What a recipe names does not go together, or no longer runs here; the words say why."""


@dataclass(frozen=True)
class World:
    """A folder in which recipes are made one after the other; what they share is not made twice."""

    folder: Path
    archive_of: Path  # the home whose archive it takes from
    key: bytes  # that its deliveries are encrypted under

    def lay_out(self, recipe: Recipe, tree: Tree) -> None:
        """Put the recipe's deliveries, decisions and the tree in their places, and take out what is not of it.

        Raises SangamError where the archive lacks something.
        """
        lay = partial(archive.lay, self.archive_of)
        _sync(self.folder / "code", tree, lay)
        _sync(self.folder / "landing", _landing(recipe), self._lay_delivery)
        _write_log(self.folder / "landing" / LOG, recipe)
        home = self.folder / "home"
        _sync(home / "decisions" / "drops", recipe.decisions, lay)
        shutil.rmtree(home / "reference", ignore_errors=True)
        versions = [one for one in recipe.arrived if one.version]
        for place, one in enumerate(versions):
            at = home / "reference" / one.source / one.sha256 / Path(one.path).name
            self._lay_delivery(one.sha256, at)
            os.utime(at, (_FIRST.timestamp() + place,) * 2)

    def _lay_delivery(self, sha256: str, target: Path) -> None:
        archive.lay_delivery(self.archive_of, sha256, self.key, target)

    def make(self, recipe: Recipe, **request: Any) -> Path:
        """Make what is laid out; the folder with the answer. `request`: what else `remake` is asked for.

        Raises CannotBeMadeError with the words of the process where it does not end well.
        """
        answer = self.folder / ANSWER
        shutil.rmtree(answer, ignore_errors=True)
        answer.mkdir(parents=True)
        words: dict[str, Any] = {"donor": recipe.donor, "quarter": recipe.quarter, "through": recipe.through}
        words |= {
            "quarters": list(recipe.quarters),
            "regions": list(recipe.regions),
            "before": list(recipe.before),
            "answer": str(answer),
        }
        request_file = self.folder / REQUEST
        request_file.write_text(json.dumps(words | request), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - our own code, of the day it names
            [sys.executable, "-m", MAKES, str(request_file)],
            cwd=self.folder / "code",
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip())[-2000:]
            raise CannotBeMadeError(f"{recipe.donor} {recipe.quarter} cannot be made again: {said}")
        return answer

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _REPLACED}
        return kept | {
            "SANGAM_HOME": str(self.folder / "home"),
            "SANGAM_LANDING": str(self.folder / "landing"),
            "SANGAM_DBT_TARGET": str(self.folder / "code" / "dbt_project" / "target"),
            "PYTHONPATH": str(self.folder / "code"),
        }


@contextmanager
def world(home: Path) -> Iterator[World]:
    """An empty world beside a home's build; gone afterwards, as are those of processes that were killed.

    Deliveries lie in it in clear as long as it is there, readable by the owner only. Raises SangamError without secret.
    """
    beside = home / "build"
    beside.mkdir(parents=True, exist_ok=True)
    for other in beside.glob("world-*"):
        if not _is_alive(int(other.name.split("-")[1])):
            shutil.rmtree(other, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"world-{os.getpid()}-", dir=beside) as folder:
        yield World(Path(folder), home, secret(demo=is_demo()))


def _is_alive(process: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True


def _landing(recipe: Recipe) -> dict[str, str]:
    return {one.path: one.sha256 for one in recipe.arrived if not one.version}


def _write_log(log: Path, recipe: Recipe) -> None:
    """The delivery log that gives the deliveries their order, and the late ones the day they came."""
    with log.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("received_at", "path", "sha256"))
        for place, one in enumerate(recipe.arrived):
            if not one.version:
                digest = _OTHER_BYTES if one.is_changed else one.sha256
                rows.writerow((_received_at(one, place).isoformat(), one.path, digest))


def _received_at(one: Arrived, place: int) -> datetime:
    """A time that keeps the order, and says of a late delivery the day, of others that they were not late."""
    if one.late_up_to:
        day = datetime.fromisoformat(one.late_up_to).replace(tzinfo=UTC)
    elif one.quarter == NO_QUARTER or one.region == REFERENCE:
        day = _FIRST + timedelta(days=366)  # after the earlier versions
    else:
        day = quarter_end(one.quarter)
    return day + timedelta(seconds=place)


def _sync(folder: Path, wanted: Mapping[str, str], lay: Callable[[str, Path], None]) -> None:
    """Let a folder hold these files, by path and SHA-256, and of what was laid out before no others."""
    list_file = folder.with_name(f"{folder.name}.json")
    before: dict[str, str] = json.loads(list_file.read_text(encoding="utf-8")) if list_file.exists() else {}
    for name in sorted(before.keys() - wanted.keys()):
        (folder / name).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name, sha256 in wanted.items():
        if before.get(name) != sha256:
            (folder / name).unlink(missing_ok=True)
            lay(sha256, folder / name)
    list_file.write_text(json.dumps(dict(wanted)), encoding="utf-8")
