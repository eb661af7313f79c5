-- Grain: one row per donor, indicator, over_time, reported region, region that feeds it, and source it needs.
{{ indicator_source_rows() }}
