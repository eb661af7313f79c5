"""The page of Data Docs of a suite: what is expected of every delivery, whatever was found."""

from __future__ import annotations

from typing import Any

from great_expectations.render import RenderedDocumentContent, RenderedSectionContent
from great_expectations.render.renderer.renderer import Renderer

from expectations.gx.deliveries_page import heading, in_words
from expectations.gx.measures import check_in
from expectations.gx.view import text

# Nothing has been found here, so no colour says so.
_SEVERITIES = {"error": "releases wait", "warning": "somebody looks"}


class SuitePage(Renderer):
    """Renders a suite; its site section names it."""

    def render(self, suite: Any) -> RenderedDocumentContent:
        """The document of a suite."""
        lead = f"{len(suite.expectations)} checks of each delivery as a whole. Suite {suite.name}."
        overview = RenderedSectionContent(section_name="overview", content_blocks=[text(lead, "p", "lead")])
        return RenderedDocumentContent(
            renderer_type=type(self).__name__,
            page_title=f"{suite.meta['title']}: what is expected",
            expectation_suite_name=suite.name,
            sections=[overview, *(_section(one.configuration) for one in suite.expectations)],
        )


def _section(config: Any) -> RenderedSectionContent:
    name = config.kwargs["name"]
    check = check_in(config)
    blocks = [
        heading(check.title, _SEVERITIES[check.severity], ["check"], name),
        *in_words(config),
        text(f"A finding would mean: {check.means}", "p", "soft"),
        text(check.do, "p"),
    ]
    return RenderedSectionContent(section_name=name, content_blocks=blocks)
