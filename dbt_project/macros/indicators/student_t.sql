{#-
    The 97.5 % quantile of Student's t: tabulated up to 200 degrees of freedom (seed student_t_975), beyond that the
    Cornish-Fisher expansion about the normal quantile (Abramowitz & Stegun 26.7.5), which is exact to 1e-11 there.
-#}
{% macro student_t_975(df, tabulated) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set g1 = (z ** 3 + z) / 4 -%}
    {%- set g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 -%}
    {%- set g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 -%}
    {%- set g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160 -%}
    {%- set v = 'cast(' ~ df ~ ' as double)' -%}
    coalesce(
        {{ tabulated }},
        {{ z }} + ({{ g1 }} + ({{ g2 }} + ({{ g3 }} + {{ g4 }} / {{ v }}) / {{ v }}) / {{ v }}) / {{ v }}
    )
{%- endmacro %}

{#-
    Integrand of the t density after t = √v · tan θ, at a Gauss-Legendre node mapped onto [θ0, π/2]; the two-sided p of
    |t| is the integral of cos^(v-1) from atan(|t|/√v) divided by the one from 0.
-#}
{% macro student_t_tail_term(theta, df, node, weight) -%}
    (pi() / 2 - {{ theta }}) / 2 * {{ weight }}
    * power(cos({{ theta }} + (pi() / 2 - {{ theta }}) * ({{ node }} + 1) / 2), {{ df }} - 1)
{%- endmacro %}
