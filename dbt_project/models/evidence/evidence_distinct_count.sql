-- Grain: one row per donor, indicator, over_time, region, period, unit and record. Kind: distinct_count.
{{ evidence('distinct_count') }}
