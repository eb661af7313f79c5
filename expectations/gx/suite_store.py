"""The suites' YAML as a store of Great Expectations: its tooling lists and edits the very files that people edit.

There is one source of truth, `expectations/suites`. A suite that is asked for is made of its YAML. When one is saved,
what differs from the common suite is written into the source's own file; comments stay. Figures and places, which only
say what is measured, are edited in the YAML alone.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from great_expectations.data_context.store import ExpectationsStore
from great_expectations.data_context.store.store_backend import StoreBackend
from great_expectations.exceptions import InvalidKeyError
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from expectations.gx.measures import KINDS, check_in
from expectations.suite import COMMON, SUITES, Check, suite_at, suite_names
from expectations.suite_file import write_checks
from ingest.errors import SangamError

_IDS = uuid.UUID("6a1c7f0e-5d0b-4b52-9a53-2f6f0f6b7c11")


class SuiteStore(ExpectationsStore):
    """Great Expectations' store of suites, over a backend that knows an expectation by its names."""

    def add_expectation(self, suite: Any, expectation: Any) -> Any:
        """Add an expectation to a suite; it can be saved and deleted at once."""
        added = super().add_expectation(suite, expectation)
        added.id = _expectation_id(suite.name, added.name)
        return added


class YamlSuites(StoreBackend):
    """A store backend whose keys are (programme, source) and (`_common`,), and whose values are suites as JSON."""

    def __init__(
        self, base_directory: str = str(SUITES), runtime_environment: Any = None, **words: Any
    ) -> None:
        super().__init__(**{**words, "suppress_store_backend_id": True})
        self.root = Path(base_directory)

    def list_keys(self, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        """The common suite, and that of each source."""
        names = [(COMMON,), *suite_names()]
        return [name for name in names if name[: len(prefix)] == prefix]

    def remove_key(self, key: Any) -> None:
        """Refused: a source has its suite as long as it has a contract."""
        raise SangamError(
            f"A source has its suite as long as it has a contract, so {key!r} is not deleted. "
            f"Take its checks away one by one, or its file out of {self.root}."
        )

    @property
    def config(self) -> dict[str, Any]:
        """How Great Expectations would make this backend again."""
        return {
            "module_name": __name__,
            "class_name": type(self).__name__,
            "base_directory": str(self.root),
        }

    def _has_key(self, key: tuple[str, ...]) -> bool:
        return key in self.list_keys()

    def _get(self, key: tuple[str, ...]) -> Any:
        if not self._has_key(key):
            raise InvalidKeyError(f"No source is called {'.'.join(key)}.")
        return json.dumps(self._suite(key))

    def _get_all(self) -> list[str]:
        return [self._get(key) for key in self.list_keys()]

    def _set(self, key: tuple[str, ...], value: str, **_: Any) -> None:
        if not self._has_key(key):
            raise SangamError(
                f"A suite is called after a source, programme.source; there is no contract for {'.'.join(key)}."
            )
        suite = json.loads(value)
        try:
            checks = _checks(suite["expectations"])
            write_checks(self.root, key, checks)
        except (SangamError, ValueError) as error:
            raise SangamError(f"The suite {'.'.join(key)} is not saved: {error}") from error

    def _move(self, source_key: Any, dest_key: Any, **_: Any) -> None:
        raise SangamError("A suite bears the name of its source; it is not renamed.")

    def _suite(self, key: tuple[str, ...]) -> dict[str, Any]:
        suite = suite_at(key, self.root)
        name = ".".join(key)
        return {
            "name": name,
            "id": str(uuid.uuid5(_IDS, name)),
            "expectations": [_expectation(name, *item) for item in suite.checks.items()],
            "meta": {"title": suite.title, "great_expectations_version": "1"},
            "notes": None,
        }


def _expectation_id(suite: str, name: str) -> str:
    """Made of the names, so that it is the same every time."""
    return str(uuid.uuid5(_IDS, f"{suite}/{name}"))


def _expectation(suite: str, name: str, check: Check) -> dict[str, Any]:
    """A check as the JSON of an expectation."""
    words = check.model_dump(mode="json", exclude={"severity"}, exclude_defaults=True)
    return {
        "type": KINDS[check.measure].expectation_type,
        "id": _expectation_id(suite, name),
        "kwargs": {"name": name, **{word: value for word, value in words.items() if word != "measure"}},
        "meta": {},
        "severity": "critical" if check.severity == "error" else "warning",
    }


def _checks(expectations: list[dict[str, Any]]) -> dict[str, Check]:
    """Expectations as checks by their names. Raises ValueError where one is none of ours or a name is there twice."""
    checks: dict[str, Check] = {}
    for one in expectations:
        check, name = check_in(ExpectationConfiguration(**one)), one["kwargs"]["name"]
        if name in checks:
            raise ValueError(f"two checks are called '{name}'")
        checks[name] = check
    return checks
