"""The page of Data Docs of one kind of source: its deliveries, and a section for each check, findings first.

Made of content blocks of Great Expectations and the words of its expectations; how it looks is in `view`.
"""

from __future__ import annotations

from typing import Any

from great_expectations.expectations.registry import get_renderer_impl
from great_expectations.render import (
    LegacyRendererType,
    RenderedComponentContent,
    RenderedDocumentContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.renderer import Renderer

from expectations.gx.measures import check_in
from expectations.gx.view import text
from expectations.results import VERDICTS, Verdict
from expectations.suite import Check
from ingest.deliveries.delivery import NO_QUARTER

_ORDER = list(VERDICTS)


class DeliveriesPage(Renderer):
    """Renders a validation result; its site section names it."""

    def __init__(self, data_context: Any) -> None:
        super().__init__()
        self.suites = data_context.suites

    def render(self, validation: Any) -> RenderedDocumentContent:
        """The document of a validation result."""
        name, quarter = validation.suite_name, validation.meta["run_id"]["run_name"]
        title = self.suites.get(name).meta["title"]
        cards = sorted(
            (_Card(one) for one in validation.results), key=lambda card: _ORDER.index(card.verdict)
        )
        return RenderedDocumentContent(
            renderer_type=type(self).__name__,
            page_title=title if quarter == NO_QUARTER else f"{title} · {quarter}",
            expectation_suite_name=name,
            sections=[_overview(name, cards), *(card.section() for card in cards)],
        )


class _Card:
    """What the page says of one check."""

    def __init__(self, result: Any) -> None:
        self.config = result.expectation_config
        self.name: str = self.config.kwargs["name"]
        self.check: Check = check_in(self.config)
        self.deliveries: list[dict[str, Any]] = result.result["details"]["deliveries"]
        verdicts = {self.of(one) for one in self.deliveries}
        # One finding outweighs all that is fine, and what is fine all that there was nothing of.
        self.verdict: Verdict = next((word for word in VERDICTS if word in verdicts), "nothing")

    def of(self, delivery: dict[str, Any]) -> Verdict:
        """The verdict on one delivery."""
        if delivery["outside"]:
            return self.check.severity
        return "fine" if delivery["looked_at"] else "nothing"

    def section(self) -> RenderedSectionContent:
        """Its section, which links of check results lead to by the check's name."""
        looked_at = sum(one["looked_at"] for one in self.deliveries)
        found = any(one["outside"] for one in self.deliveries)
        seen = f"{looked_at:,} looked at." if looked_at else "Nothing to look at."
        blocks = [
            heading(self.check.title, VERDICTS[self.verdict], ["check", self.verdict], self.name),
            *in_words(self.config),
            text(f"{seen} {'' if found else 'A finding would mean: '}{self.check.means}", "p", "soft"),
        ]
        if found:
            blocks += [text(self.check.do, "p"), self._table()]
        return RenderedSectionContent(section_name=self.name, content_blocks=blocks)

    def _table(self) -> RenderedTableContent:
        rows = [
            [
                text(one["delivery"]),
                text(row["subject"]),
                text(f"{self.check.shown(row['value'])} ({row['seen']})"),
            ]
            for one in self.deliveries
            for row in one["outside"]
        ]
        return RenderedTableContent(table=rows, header_row=["Delivery", "What", "Observed"])


def _overview(name: str, cards: list[_Card]) -> RenderedSectionContent:
    """What was checked, and each delivery with how many checks came to which verdict."""
    findings = sum(card.verdict in ("error", "warning") for card in cards)
    what = f"{len(cards)} checks, {findings} with findings. Suite {name}."
    lead = f"Each delivery as a whole, beside the one before. {what}"
    rows = []
    for at, delivery in enumerate(cards[0].deliveries if cards else ()):
        verdicts = [card.of(card.deliveries[at]) for card in cards]
        counts = [
            text(str(verdicts.count(word) or "–"), "span", word if word in verdicts else "")
            for word in VERDICTS
        ]
        rows.append([text(delivery["delivery"]), text(delivery["beside"] or "–"), *counts])
    table = RenderedTableContent(table=rows, header_row=["Delivery", "beside", *VERDICTS.values()])
    return RenderedSectionContent(section_name="overview", content_blocks=[text(lead, "p", "lead"), table])


def heading(title: str, badge: str, classes: list[str], anchor: str) -> RenderedComponentContent:
    """The first block of a section: a badge and a title; it also says how the section is styled and called."""
    return RenderedStringTemplateContent(
        string_template={
            "template": "$badge $title",
            "params": {"badge": badge, "title": title},
            "tag": "h2",
            "styling": {"params": {"badge": {"classes": ["badge"]}}},
        },
        styling={"classes": classes, "attributes": {"id": anchor}},
    )


def in_words(config: Any) -> list[RenderedComponentContent]:
    """What an expectation expects, by the renderer it has registered."""
    registered = get_renderer_impl(config.type, LegacyRendererType.PRESCRIPTIVE)
    blocks: Any = registered[1](configuration=config) if registered else []
    return list(blocks)
