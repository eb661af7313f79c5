"""How pages of Data Docs look: Great Expectations' view with a template of ours, which needs nothing from the network.

The template and its style lie under `plugins/custom_data_docs`, where Great Expectations looks for them.
"""

from __future__ import annotations

from typing import Any

from great_expectations.render import RenderedComponentContent, RenderedStringTemplateContent
from great_expectations.render.view import DefaultJinjaPageView


class LocalPageView(DefaultJinjaPageView):
    """Pages of sections of content blocks, in `page_of_sangam.j2`."""

    def render(self, document: Any, template: str | None = None, **words: Any) -> str:
        """The HTML of a document."""
        return str(super().render(document, template or "page_of_sangam.j2", **words))


def text(words: str, tag: str = "span", *classes: str, **attributes: str) -> RenderedComponentContent:
    """Words in a tag. Great Expectations escapes what is put in as a parameter, and nothing else."""
    styling = {"classes": list(classes), "attributes": attributes}
    return RenderedStringTemplateContent(
        string_template={
            "template": "$words",
            "params": {"words": words},
            "tag": tag,
            "styling": {key: value for key, value in styling.items() if value},
        }
    )
