{#- A quarter as the donor's fiscal calendar calls it: `2021 Q2`, or `FY2021-22 Q1` for years from April or July. -#}
{% macro fiscal_label(quarter, calendar) -%}
    case
        when {{ calendar }} = 'calendar' then substring({{ quarter }}, 1, 4) || ' ' || substring({{ quarter }}, 5, 2)
        when {{ calendar }} = 'indian' then {{ fiscal_year_label(quarter, 1) }}
        when {{ calendar }} = 'july_june' then {{ fiscal_year_label(quarter, 2) }}
    end
{%- endmacro %}

{#- `shift`: how many quarters after January the year begins. -#}
{% macro fiscal_year_label(quarter, shift) -%}
    {%- set year = 'cast(substring(' ~ quarter ~ ', 1, 4) as int)' -%}
    {%- set number = 'cast(substring(' ~ quarter ~ ', 6, 1) as int)' -%}
    {%- set begins = '(' ~ year ~ ' - case when ' ~ number ~ ' <= ' ~ shift ~ ' then 1 else 0 end)' -%}
    {%- set text = sql_type('varchar') -%}
    'FY' || cast({{ begins }} as {{ text }}) || '-' || substring(cast({{ begins }} + 1 as {{ text }}), 3, 2)
    || ' Q' || cast(({{ number }} + 3 - {{ shift }}) % 4 + 1 as {{ text }})
{%- endmacro %}
