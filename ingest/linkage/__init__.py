"""Who is the same person or household: deterministic rules, then similarity, reversible by decision."""

from ingest.linkage.link import link_region
from ingest.linkage.publish import LinkageSummary

__all__ = ["LinkageSummary", "link_region"]
