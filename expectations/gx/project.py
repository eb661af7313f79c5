"""The Great Expectations project of a home: `SANGAM_HOME/gx`, with its suites and its site.

    from expectations.gx.project import project
    suite = project(home).suites.get("success_sindh.mis")     # lists, gets, edits: see `suite_store`
    suite.expectations[0].at_most = 2.5; suite.save()

It is a project like any other: a file, stores, a data source, a site. What is run in it is in `validation`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import great_expectations as gx
from jinja2 import Environment, FileSystemLoader

from expectations.gx import deliveries_page, index_page, suite_page, suite_store, view
from expectations.suite import suites_root
from ingest.files import atomic

HERE = Path(__file__).parent
SITE = "sangam"
# Modules that the project's file names; Great Expectations imports them.
_NAMED = {
    "suite_store": suite_store,
    "index_page": index_page,
    "suite_page": suite_page,
    "deliveries_page": deliveries_page,
    "view": view,
}
_FOLDERS = (
    "checkpoints",
    "expectations",
    "validation_definitions",
    "validations",
    "uncommitted",
    "uncommitted/data_docs",
    "uncommitted/validations",
)


def project(home: Path, suites: Path | None = None) -> Any:
    """The home's data context; it is made where there is none yet."""
    root = home / "gx"
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    _write(root / "uncommitted" / "config_variables.yml", "{}\n")
    templates = Environment(loader=FileSystemLoader(HERE), keep_trailing_newline=True)  # noqa: S701 - YAML
    settings = templates.get_template("great_expectations.yml.j2").render(
        plugins=str(HERE / "plugins"),
        suites=str(suites or suites_root()),
        **{name: module.__name__ for name, module in _NAMED.items()},
    )
    _write(root / "great_expectations.yml", settings)
    return gx.get_context(mode="file", context_root_dir=str(root))


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        with atomic(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
