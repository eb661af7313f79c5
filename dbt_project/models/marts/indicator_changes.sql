-- Grain: one row per donor, indicator, quarter, region, over_time, dimension and category of a survey share whose round
-- has one before it: the change between the two, and a two-sided test of it that takes the rounds as independent.
with rounds as (
    select
        *,
        lag(period) over (partition by donor, indicator, over_time, region order by period) as previous_round
    from (
        select distinct donor, indicator, over_time, region, period
        from {{ ref('indicator_estimate') }}
        where se is not null
    )
),

change as (
    select
        current_round.donor,
        current_round.indicator,
        current_round.over_time,
        current_round.region,
        current_round.period,
        current_round.dimension,
        current_round.category,
        rounds.previous_round,
        previous_round.value as previous,
        current_round.value,
        current_round.value - previous_round.value as difference,
        sqrt(current_round.se * current_round.se + previous_round.se * previous_round.se) as difference_se,
        current_round.df + previous_round.df as difference_df
    from rounds
    inner join {{ ref('indicator_estimate') }} as current_round
        on rounds.donor = current_round.donor and rounds.indicator = current_round.indicator
        and rounds.over_time = current_round.over_time and rounds.region = current_round.region
        and rounds.period = current_round.period
    inner join {{ ref('indicator_estimate') }} as previous_round
        on rounds.donor = previous_round.donor and rounds.indicator = previous_round.indicator
        and rounds.over_time = previous_round.over_time and rounds.region = previous_round.region
        and rounds.previous_round = previous_round.period
        and current_round.dimension = previous_round.dimension and current_round.category = previous_round.category
),

tested as (
    select
        *,
        difference / nullif(difference_se, 0) as t,
        atan(abs(difference / nullif(difference_se, 0)) / sqrt(difference_df)) as theta
    from change
),

tail as (
    select
        tested.donor,
        tested.indicator,
        tested.over_time,
        tested.region,
        tested.period,
        tested.dimension,
        tested.category,
        {{ ordered_sum(student_t_tail_term('tested.theta', 'tested.difference_df', 'gl.node', 'gl.weight'), 'gl.node') }}
        / {{ ordered_sum(student_t_tail_term('0', 'tested.difference_df', 'gl.node', 'gl.weight'), 'gl.node') }} as p
    from tested
    cross join {{ ref('gauss_legendre') }} as gl
    where tested.theta is not null
    group by all
)

select
    tested.donor,
    tested.indicator,
    frame.quarter,
    tested.region,
    tested.over_time,
    tested.dimension,
    tested.category,
    tested.previous_round,
    tested.previous,
    tested.value as current_value,
    tested.difference,
    tested.difference_se as se,
    tested.t,
    tested.difference_df as df,
    tail.p
from tested
inner join {{ ref('reporting_frame') }} as frame
    on tested.donor = frame.donor and tested.indicator = frame.indicator and tested.over_time = frame.over_time
    and tested.region = frame.region and tested.period = frame.period and frame.is_served
left join tail
    on tested.donor = tail.donor and tested.indicator = tail.indicator and tested.over_time = tail.over_time
    and tested.region = tail.region and tested.period = tail.period
    and tested.dimension = tail.dimension and tested.category = tail.category
