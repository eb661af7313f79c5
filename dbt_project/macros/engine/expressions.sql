{#- Expressions in which DuckDB and Spark differ. One macro each; the plain name dispatches. -#}

{#- The engine's name of a type: DuckDB's own, but for text, which Spark calls string. -#}
{% macro sql_type(type) -%}
    {{ return(dbt.type_string() if type == 'varchar' else type) }}
{%- endmacro %}

{#- A literal of text, a number or a truth value; none becomes a typed null. -#}
{% macro literal(value, type='varchar') -%}
    {%- if value is none -%} cast(null as {{ sql_type(type) }})
    {%- elif value is number or value is boolean -%} cast({{ value | lower }} as {{ sql_type(type) }})
    {%- else -%} {{ adapter.dispatch('text_literal', 'sangam')(value | string) }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__text_literal(value) -%} '{{ value | replace("'", "''") }}' {%- endmacro %}

{% macro spark__text_literal(value) -%} '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}' {%- endmacro %}

{#- The type of such a map. -#}
{% macro type_map_of_lists() -%}
    {{ return(adapter.dispatch('type_map_of_lists', 'sangam')()) }}
{%- endmacro %}

{% macro duckdb__type_map_of_lists() -%} {{ return('map(varchar, varchar[])') }} {%- endmacro %}

{% macro spark__type_map_of_lists() -%} {{ return('map<string, array<string>>') }} {%- endmacro %}

{#- A map from dimension to the list of categories a record falls in. `pairs`: [(dimension, list expression)]. -#}
{% macro map_of_lists(pairs) -%}
    {{ return(adapter.dispatch('map_of_lists', 'sangam')(pairs)) }}
{%- endmacro %}

{% macro duckdb__map_of_lists(pairs) -%}
    {%- if not pairs -%} cast(map {} as {{ type_map_of_lists() }})
    {%- else -%} map { {%- for name, list in pairs %}'{{ name }}': {{ list }}{{ ', ' if not loop.last }}{% endfor -%} }
    {%- endif -%}
{%- endmacro %}

{% macro spark__map_of_lists(pairs) -%}
    {%- if not pairs -%} cast(map() as {{ type_map_of_lists() }})
    {%- else -%} map({% for name, list in pairs %}'{{ name }}', {{ list }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endif -%}
{%- endmacro %}

{% macro list_of_one(expression) -%}
    {{ return(adapter.dispatch('list_of_one', 'sangam')(expression)) }}
{%- endmacro %}

{% macro duckdb__list_of_one(expression) -%} [{{ expression }}] {%- endmacro %}

{% macro spark__list_of_one(expression) -%} array({{ expression }}) {%- endmacro %}

{#- A list's members, each once; an empty member is 'unknown'. -#}
{% macro each_once(expression) -%}
    {{ return(adapter.dispatch('each_once', 'sangam')(expression)) }}
{%- endmacro %}

{% macro duckdb__each_once(expression) -%}
    list_sort(list_distinct(list_transform({{ expression }}, lambda member: coalesce(member, 'unknown'))))
{%- endmacro %}

{% macro spark__each_once(expression) -%}
    array_sort(array_distinct(transform({{ expression }}, member -> coalesce(member, 'unknown'))))
{%- endmacro %}

{#- One row a (dimension, category) of the map column `categories` of `relation`, with the other columns named. -#}
{% macro unnest_categories(relation, columns) -%}
    {{ return(adapter.dispatch('unnest_categories', 'sangam')(relation, columns)) }}
{%- endmacro %}

{% macro duckdb__unnest_categories(relation, columns) -%}
    select {{ columns }}, entry.key as dimension, unnest(entry.value) as category
    from (select {{ columns }}, unnest(map_entries(categories)) as entry from {{ relation }})
{%- endmacro %}

{% macro spark__unnest_categories(relation, columns) -%}
    select {{ columns }}, dimension, category
    from {{ relation }}
    lateral view explode(categories) as dimension, members
    lateral view explode(members) as category
{%- endmacro %}

{#- A floating-point sum in a fixed order, so that the last bit never depends on how the work was shared out. -#}
{% macro ordered_sum(expression, order_by) -%}
    {{ return(adapter.dispatch('ordered_sum', 'sangam')(expression, order_by)) }}
{%- endmacro %}

{% macro duckdb__ordered_sum(expression, order_by) -%} sum({{ expression }} order by {{ order_by }}) {%- endmacro %}

{% macro spark__ordered_sum(expression, order_by) -%}
    aggregate(
        array_sort(collect_list(struct({{ order_by }} as k, {{ expression }} as x))), cast(0 as double), (a, e) -> a + e.x
    )
{%- endmacro %}

{#- Texts of a group in one, in their own order. -#}
{% macro joined_text(expression, separator=' ') -%}
    {{ return(adapter.dispatch('joined_text', 'sangam')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__joined_text(expression, separator) -%}
    string_agg(distinct {{ expression }}, '{{ separator }}' order by {{ expression }})
{%- endmacro %}

{% macro spark__joined_text(expression, separator) -%}
    array_join(array_sort(collect_set({{ expression }})), '{{ separator }}')
{%- endmacro %}

{#- First and last day of a quarter such as 2021Q2. -#}
{% macro quarter_start(quarter) -%}
    make_date(
        cast(substring({{ quarter }}, 1, 4) as int), 3 * cast(substring({{ quarter }}, 6, 1) as int) - 2, 1
    )
{%- endmacro %}

{% macro quarter_end(quarter) -%}
    {{ return(adapter.dispatch('quarter_end', 'sangam')(quarter)) }}
{%- endmacro %}

{% macro duckdb__quarter_end(quarter) -%}
    last_day({{ quarter_start(quarter) }} + interval 2 month)
{%- endmacro %}

{% macro spark__quarter_end(quarter) -%}
    last_day(add_months({{ quarter_start(quarter) }}, 2))
{%- endmacro %}

{#- Whole days from one date to another. -#}
{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'sangam')(first, last)) }}
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%} date_diff('day', {{ first }}, {{ last }}) {%- endmacro %}

{% macro spark__days_between(first, last) -%} datediff({{ last }}, {{ first }}) {%- endmacro %}

{#- The same day so many months later; the last of the month where it has no such day. -#}
{% macro plus_months(date, months) -%}
    {{ return(adapter.dispatch('plus_months', 'sangam')(date, months)) }}
{%- endmacro %}

{% macro duckdb__plus_months(date, months) -%} cast({{ date }} + interval {{ months }} month as date) {%- endmacro %}

{% macro spark__plus_months(date, months) -%} add_months({{ date }}, {{ months }}) {%- endmacro %}

{#- Quarters from the one a date lies in to a quarter such as 2021Q2; 0 within the same. -#}
{% macro quarters_between(date, quarter) -%}
    4 * (cast(substring({{ quarter }}, 1, 4) as int) - cast(extract(year from {{ date }}) as int))
    + cast(substring({{ quarter }}, 6, 1) as int) - cast(extract(quarter from {{ date }}) as int)
{%- endmacro %}
