{#-
    How far the 95 % interval of a share of 0 (or of 1, downwards) reaches: Korn and Graubard (1998), that is Clopper and
    Pearson's exact interval with the effective sample size n*; there the quantile of the beta distribution has the closed
    form 1 - (α/2)^(1/n*). As R's survey::svyciprop(method = "beta") and NCHS (Parker et al. 2017, Vital and Health
    Statistics 2(175)): n* = n / deff · (t of n - 1 / t of df)². Where all answer alike there is no deff: it is taken as
    1, and n* is at most n, as NCHS does. `quantile_n`, `quantile_df`: the tabulated t of n - 1 and df.
-#}
{% macro exact_width(n, df, quantile_n, quantile_df) -%}
    1 - power(0.025, 1 / ({{ n }} * case
        when {{ n }} > 1
            then least(1, power(
                ({{ student_t_975(n ~ ' - 1', quantile_n) }}) / ({{ student_t_975(df, quantile_df) }}), 2
            ))
        else 1
    end))
{%- endmacro %}
