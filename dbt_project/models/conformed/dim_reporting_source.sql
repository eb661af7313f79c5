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
        {{ joined_text('held_file', ', ') }} as held_files,
        count(distinct current_file) as file_count,
        min(current_file) as first_file
    from (
        select
            *,
            max(case when status = 'current' then 1 else 0 end)
                over (partition by region, source, quarter, coalesce(part, '')) as is_part_current,
            case
                when status = 'refused' then file_name || ' (refused: ' || coalesce(refusal, 'unknown') || ')'
                when status = 'paused'
                    then file_name || ' (waits, because it changed too much, to be released)'
            end as held_file,
            case when status = 'current' then file_name end as current_file
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
            as held_files,
        -- rounds delivered and not taken in; which of them are newer than the one that serves, is seen below
        max(case when not deliveries.is_accepted and cadences.cadence = 'round' then deliveries.quarter end)
            as held_round
    from needed
    cross join quarters
    left join cadences on needed.region = cadences.region and needed.source = cadences.source
    left join deliveries
        on needed.region = deliveries.region and needed.source = deliveries.source
            and deliveries.quarter <= quarters.quarter
    group by needed.region, needed.source, quarters.quarter
)

select
    served.region,
    served.source,
    served.quarter,
    served.cadence,
    served.drop_quarter,
    served.drop_quarter is not null as is_served,
    case
        when served.drop_quarter is not null then null
        when served.held_files is not null
            then 'The delivery of ' || served.region || '/' || served.source || ' for ' || served.quarter
                || ' was not taken in: ' || served.held_files || '.'
        when served.cadence = 'round'
            then 'No round of ' || served.region || '/' || served.source || ' was accepted up to '
                || served.quarter || '.'
        else 'No accepted delivery of ' || served.region || '/' || served.source || ' for '
            || served.quarter || '.'
    end as reason,
    case
        when drops.file_count = 1
            then served.region || '/' || served.source || ' ' || drops.quarter || ' (' || drops.first_file
                || ')'
        when drops.file_count > 1
            then served.region || '/' || served.source || ' ' || drops.quarter || ' ('
                || cast(drops.file_count as {{ sql_type('varchar') }}) || ' files)'
    end as drops,
    case
        when served.held_round > served.drop_quarter
            then 'The round ' || held.quarter || ' of ' || served.region || '/' || served.source
                || ' was not taken in: ' || held.held_files || '. The value is of the round '
                || served.drop_quarter || '.'
    end as note
from served
left join deliveries as drops
    on served.region = drops.region and served.source = drops.source and served.drop_quarter = drops.quarter
left join deliveries as held
    on served.region = held.region and served.source = held.source and served.held_round = held.quarter
