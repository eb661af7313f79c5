"""A page of Data Docs: what Great Expectations found, in a page that needs nothing from the network.

The stock pages fetch styles and scripts from elsewhere and show figures without words; ours bring their style along,
run no script, and say what a finding means. Imported by `judge` only, once Great Expectations is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

from expectations.suite import Suite

TEMPLATES = Path(__file__).parent / "templates"
LABELS = {"error": "to be settled", "warning": "to look at", "fine": "fine"}
_ORDER = tuple(LABELS)


class LocalPage(DefaultJinjaPageView):
    """Great Expectations' view with our page around its sections."""

    _template = "data_docs.html.j2"

    def __init__(self) -> None:
        super().__init__()
        stock = [self.env.loader] if self.env.loader else []
        self.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), *stock])


def page(name: str, title: str, suite: Suite, validation: Any, results: list[dict[str, Any]]) -> str:
    """The HTML page of one suite: `validation` as Great Expectations gave it, `results` of the deliveries."""
    document = ValidationResultsPageRenderer().render(validation)
    sections = {section["section_name"]: section for section in document.to_json_dict()["sections"]}
    checks = [_check(check, suite, sections, results) for check in suite.checks]
    checks.sort(key=lambda check: _ORDER.index(check["verdict"]))
    deliveries = [
        {"title": r["title"], "previous": r["previous"], **{v: _count(r, v) for v in LABELS}} for r in results
    ]
    return str(
        LocalPage().render(
            document, name=name, title=title, checks=checks, deliveries=deliveries, labels=LABELS
        )
    )


def _verdict(check: dict[str, Any]) -> str:
    return "fine" if check["passed"] else str(check["severity"])


def _count(result: dict[str, Any], verdict: str) -> int:
    return sum(_verdict(check) == verdict for check in result["checks"].values())


def _check(
    name: str, suite: Suite, sections: dict[str, Any], results: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the page says of one check."""
    words = suite.checks[name]
    found = [
        {"delivery": r["title"], "observed": r["checks"][name]["observed"]}
        for r in results
        if not r["checks"][name]["passed"]
    ]
    return {
        "name": name,
        "title": words.title,
        "expected": words.expected,
        "means": words.means,
        "do": words.do,
        "verdict": words.severity if found else "fine",
        "checked": sum(r["checks"][name]["checked"] for r in results),
        "found": found,
        "section": sections.get(words.title),
    }
