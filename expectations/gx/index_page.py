"""The first page of Data Docs: what was checked when, and the suites.

Which delivery waits or is fine stands on sangam's own first page, which reads the results; here are only runs.
"""

from __future__ import annotations

from typing import Any

from great_expectations.render import (
    RenderedComponentContent,
    RenderedDocumentContent,
    RenderedSectionContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import Renderer

from expectations.gx.view import text
from ingest.deliveries.delivery import NO_QUARTER


class IndexPage(Renderer):
    """Renders the links that the site builder has gathered."""

    def render(self, links: dict[str, Any]) -> RenderedDocumentContent:
        """The document of the first page."""
        runs = [_run(link) for link in links.get("validations_links", [])]
        suites = [
            [_link(link["expectation_suite_name"], link["filepath"])]
            for link in sorted(links.get("expectations_links", []), key=lambda link: link["filepath"])
        ]
        return RenderedDocumentContent(
            renderer_type=type(self).__name__,
            page_title="Data Docs: deliveries as a whole",
            sections=[
                _section(
                    "checked", "Checked, latest first", runs, ["Kind of source", "Quarter", "At", "Found"]
                ),
                _section("suites", "What is expected", suites, ["Suite"]),
            ],
        )


def _run(link: dict[str, Any]) -> list[RenderedComponentContent]:
    quarter = "–" if link["run_name"] == NO_QUARTER else link["run_name"]
    found = text("no findings") if link["validation_success"] else text("findings", "span", "warning")
    at = f"{link['run_time']:%Y-%m-%d %H:%M} UTC"
    return [_link(link["expectation_suite_name"], link["filepath"]), text(quarter), text(at), found]


def _link(words: str, href: str) -> RenderedComponentContent:
    return text(words, "a", href=href)


def _section(name: str, title: str, rows: list[Any], head: list[str]) -> RenderedSectionContent:
    table = RenderedTableContent(table=rows, header_row=head) if rows else text("None yet.", "p")
    return RenderedSectionContent(section_name=name, content_blocks=[text(title, "h2"), table])
