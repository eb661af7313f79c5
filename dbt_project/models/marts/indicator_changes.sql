-- Grain: one row per donor, indicator, quarter, region, over_time, dimension and category of a survey share.
-- The change since the round before the quarter's, and a two-sided test that takes the rounds as independent.
with estimate as (
    select * from {{ ref('indicator_estimate') }}
    where se is not null
),

rounds as (
    select
        *,
        lag(period) over (partition by donor, indicator, over_time, region order by period) as previous_round
    from (select distinct donor, indicator, over_time, region, period from estimate) as periods
),

change as (
    select
        new.donor,
        new.indicator,
        new.over_time,
        new.region,
        new.period,
        new.dimension,
        new.category,
        rounds.previous_round,
        old.value as previous,
        new.value as current,
        new.value - old.value as difference,
        old.n as previous_n,
        new.n,
        sqrt(new.se * new.se + old.se * old.se) as se,
        new.df + old.df as df
    from estimate as new
    inner join rounds using (donor, indicator, over_time, region, period)
    inner join estimate as old
        on new.donor = old.donor and new.indicator = old.indicator and new.over_time = old.over_time
            and new.region = old.region and rounds.previous_round = old.period
            and new.dimension = old.dimension and new.category = old.category
),

tested as (
    select
        *,
        difference / nullif(se, 0) as t,
        atan(abs(difference / nullif(se, 0)) / sqrt(df)) as theta
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
        {{ ordered_sum(student_t_tail_term('tested.theta', 'tested.df', 'gl.node', 'gl.weight'), 'gl.node') }}
        / {{ ordered_sum(student_t_tail_term('0', 'tested.df', 'gl.node', 'gl.weight'), 'gl.node') }} as p
    from tested
    cross join {{ ref('gauss_legendre') }} as gl
    where tested.theta is not null
    group by all
),

served as (
    select
        tested.*,
        frame.quarter,
        tail.p
    from tested
    inner join {{ ref('reporting_frame') }} as frame using (donor, indicator, over_time, region, period)
    left join tail using (donor, indicator, over_time, region, period, dimension, category)
    where frame.is_served
),

stepped as (
    -- Holm (1979): the smallest p times the number of tests, the next one times one less, and so on
    select
        *,
        least(cast(1 as double), p * (
            count(p) over (partition by donor, quarter) + 1
            - row_number() over (partition by donor, quarter order by p nulls last)
        )) as step
    from served
)

select
    donor,
    indicator,
    quarter,
    region,
    over_time,
    dimension,
    category,
    previous_round,
    previous,
    current,
    difference,
    se,
    t,
    df,
    p,
    -- no smaller than that of any smaller p; equal ones are peers and get the same
    case
        when p is not null then max(step) over (partition by donor, quarter order by p nulls last)
    end as p_holm,
    cast(previous_n as bigint) as previous_n,
    cast(n as bigint) as n
from stepped
