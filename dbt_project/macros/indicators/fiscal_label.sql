{#-
    A quarter as the donor's fiscal year calls it: that fiscal quarter in which its last day lies. A last day of a month
    lies behind every day the month may have a year begin on, so only the month of the beginning makes a difference.
    `year`: starts (month and day, such as 07-16), label (see orchestration/warehouse/fiscal_year.py), years_ahead.
-#}
{% macro fiscal_label(quarter, year) -%}
    {%- set month = year.starts[:2] | int -%}
    case cast(substring({{ quarter }}, 6, 1) as int)
        {%- for number in range(1, 5) %}
        when {{ number }} then {{ fiscal_quarter_label(
            quarter, year.label, year.years_ahead - (1 if 3 * number < month else 0), (3 * number - month) % 12 // 3 + 1
        ) }}
        {%- endfor %}
    end
{%- endmacro %}

{#- `shift`: the fiscal year's number less the quarter's own year; `number`: of the fiscal quarter. -#}
{% macro fiscal_quarter_label(quarter, label, shift, number) -%}
    {%- set text = sql_type('varchar') -%}
    {%- set year = 'cast(cast(substring(' ~ quarter ~ ', 1, 4) as int) + ' ~ shift ~ ' as ' ~ text ~ ')' -%}
    {%- set next_year = 'cast(cast(substring(' ~ quarter ~ ', 1, 4) as int) + ' ~ (shift + 1) ~ ' as ' ~ text ~ ')' -%}
    {%- set words = {'{year}': year, '{next_year}': next_year, '{next}': 'substring(' ~ next_year ~ ', 3, 2)'} -%}
    {%- set parts = [] -%}
    {%- for part in modules.re.split('({[a-z_]+})', label | replace('{quarter}', number)) if part -%}
        {%- do parts.append(words[part] if part in words else literal(part)) -%}
    {%- endfor -%}
    {{ parts | join(' || ') }}
{%- endmacro %}
