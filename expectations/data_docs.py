"""A page of Data Docs: Great Expectations' own rendering, in a page that needs nothing from the network.

The stock pages fetch styles and scripts from elsewhere; ours bring their style along and run no script. Imported by
`judge` only, once Great Expectations is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

TEMPLATES = Path(__file__).parent / "templates"


class LocalPage(DefaultJinjaPageView):
    """Great Expectations' view with our page around its sections."""

    _template = "data_docs.html.j2"

    def __init__(self) -> None:
        super().__init__()
        self.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), self.env.loader])


def page(result: Any, title: str) -> str:
    """The HTML page of a suite's validation result."""
    document = ValidationResultsPageRenderer(run_info_at_end=False).render(result)
    checks = document.sections[1:]
    return str(LocalPage().render(document, title=title, checks=checks))
