-- Grain: one row per donor, indicator, over_time, region, period, unit and record. Kind: median.
{{ evidence('median') }}
