-- Grain: one row per donor, indicator, over_time, region, period, dimension and category: weighted shares.
-- Share Σwy/Σw with its standard error by Taylor linearisation: strata are districts, and primary sampling
-- units (PSU) are drawn with replacement within them. Every PSU of the round counts, with zero where there is
-- no unit in the category. A single PSU of a stratum is measured from the mean of all: the safe side.
-- Intervals: on the logit scale; where all answer alike the exact one of Korn and Graubard (1998).
{{ config(materialized='table') }}
with cell as (
    select
        donor, indicator, over_time, region, source, period, dimension, category,
        sum(unit_count) as n,
        sum(weight_sum) as denominator,
        sum(numerator_sum) as numerator,
        cast(sum(numerator_sum) as double) / cast(sum(weight_sum) as double) as share
    from {{ ref('survey_cell') }}
    group by all
    having sum(weight_sum) > 0
),

linearised as (
    select
        cell.donor, cell.indicator, cell.over_time, cell.region, cell.period, cell.dimension, cell.category,
        design.stratum,
        design.psu,
        coalesce(
            (cast(part.numerator_sum as double) - cell.share * cast(part.weight_sum as double))
            / cast(cell.denominator as double), 0
        ) as z
    from cell
    inner join {{ ref('dim_survey_psu') }} as design
        on cell.region = design.region and cell.source = design.source and cell.period = design.quarter
    left join {{ ref('survey_cell') }} as part
        on cell.donor = part.donor and cell.indicator = part.indicator and cell.over_time = part.over_time
            and cell.region = part.region and cell.source = part.source and cell.period = part.period
            and cell.dimension = part.dimension and cell.category = part.category
            and design.stratum = part.stratum and design.psu = part.psu
),

stratum as (
    select
        donor, indicator, over_time, region, period, dimension, category, stratum,
        count(*) as psu_count,
        {{ ordered_sum('z', 'psu') }} as z_sum,
        {{ ordered_sum('z * z', 'psu') }} as z_square_sum
    from linearised
    group by all
),

variance as (
    select
        donor, indicator, over_time, region, period, dimension, category,
        sum(psu_count) - count(*) as df,
        -- the z of a round sum to zero, so the distance of a single PSU from the mean of all is its z
        {{ ordered_sum("case
            when psu_count = 1 then z_square_sum
            else psu_count / cast(psu_count - 1 as double)
                * greatest(z_square_sum - z_sum * z_sum / psu_count, 0)
        end", 'stratum') }} as variance
    from stratum
    group by all
)

select
    cell.donor,
    cell.indicator,
    cell.over_time,
    cell.region,
    cell.period,
    cell.dimension,
    cell.category,
    cell.n,
    cell.numerator,
    cell.denominator,
    cell.share,
    sqrt(variance.variance) as se,
    -- undefined where every unit answers alike: no interval on the logit scale, no design effect
    case
        when cell.share > 0 and cell.share < 1
            then sqrt(variance.variance) / (cell.share * (1 - cell.share))
                * {{ student_t_975('variance.df', 't.quantile') }}
    end as logit_half_width,
    case
        when cell.share in (0, 1) and variance.df > 0
            then {{ exact_width('cell.n', 'variance.df', 't_of_n.quantile', 't.quantile') }}
    end as exact_width,
    case
        when cell.share > 0 and cell.share < 1 and cell.n > 1
            then variance.variance * (cell.n - 1) / (cell.share * (1 - cell.share))
    end as deff,
    variance.df
from cell
inner join variance using (donor, indicator, over_time, region, period, dimension, category)
left join {{ ref('student_t_975') }} as t on variance.df = t.df
left join {{ ref('student_t_975') }} as t_of_n on cell.n - 1 = t_of_n.df
