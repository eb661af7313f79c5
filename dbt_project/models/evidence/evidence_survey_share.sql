-- Grain: one row per donor, indicator, over_time, region, period, unit and record. Kind: survey_share.
{{ evidence('survey_share') }}
