"""Who is the same person or household: deterministic rules, then similarity, reversible by decision."""

from ingest.linkage.crosswalk import LinkageSummary
from ingest.linkage.link import link_region, unheard

__all__ = ["LinkageSummary", "link_region", "unheard"]
