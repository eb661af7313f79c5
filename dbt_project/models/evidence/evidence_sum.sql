-- Grain: one row per donor, indicator, over_time, region, period, unit and record. Kind: sum.
{{ evidence('sum') }}
