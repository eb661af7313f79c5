-- Grain: one row per donor, indicator, over_time, region, period, unit and supporting record. Kind: distinct_count.
{{ evidence('distinct_count') }}
