-- Grain: one row per donor, indicator, over_time, region, period, unit and supporting record. Kind: ratio.
{{ evidence('ratio') }}
