-- Grain: one row per region, source and quarter: which drop serves the quarter, or why none does.
with needed as (
    select distinct member_region as region, source from {{ ref('bridge_indicator_source') }}
),

quarters as (
    {{ quarter_rows() }}
),

-- a drop of several files serves a quarter when each of its parts does
deliveries as (
    select
        region,
        source,
        quarter,
        min(is_part_current) = 1 as is_accepted,
        {{ joined_text('held_file', ', ') }} as held_files
    from (
        select
            *,
            max(case when status = 'current' then 1 else 0 end)
                over (partition by region, source, quarter, coalesce(part, '')) as is_part_current,
            case
                when status = 'refused' then file_name || ' (refused: ' || coalesce(refusal, 'unknown') || ')'
                when status = 'paused'
                    then file_name || ' (waits, because it changed too much, to be released)'
            end as held_file
        from {{ ref('stg_drop') }}
    )
    group by region, source, quarter
),

cadences as (
    select region, source, max(cadence) as cadence
    from {{ ref('stg_drop') }}
    group by region, source
),

served as (
    select
        needed.region,
        needed.source,
        quarters.quarter,
        max(cadences.cadence) as cadence,
        max(case
            when not deliveries.is_accepted then null
            when deliveries.quarter = quarters.quarter or cadences.cadence = 'round'
                then deliveries.quarter
        end) as drop_quarter,
        max(case when deliveries.quarter = quarters.quarter then deliveries.held_files end)
            as held_files
    from needed
    cross join quarters
    left join cadences on needed.region = cadences.region and needed.source = cadences.source
    left join deliveries
        on needed.region = deliveries.region and needed.source = deliveries.source
            and deliveries.quarter <= quarters.quarter
    group by needed.region, needed.source, quarters.quarter
)

select
    region,
    source,
    quarter,
    cadence,
    drop_quarter,
    drop_quarter is not null as is_served,
    case
        when drop_quarter is not null then null
        when held_files is not null
            then 'The delivery of ' || region || '/' || source || ' for ' || quarter || ' was not taken in: '
                || held_files || '.'
        when cadence = 'round'
            then 'No round of ' || region || '/' || source || ' was accepted up to ' || quarter || '.'
        else 'No accepted delivery of ' || region || '/' || source || ' for ' || quarter || '.'
    end as reason
from served
