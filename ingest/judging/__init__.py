"""Records → accepted or quarantined, with reasons and warnings."""
