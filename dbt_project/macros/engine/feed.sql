{#- What reads the lake. A feed is a folder of Parquet files; its partition columns are text. -#}
{% macro feed(name) -%}
    {{ return(adapter.dispatch('feed', 'sangam')(name)) }}
{%- endmacro %}

{% macro duckdb__feed(name) -%}
    read_parquet(
        '{{ var("feeds") }}/feed={{ name }}/*/*/*/*.parquet',
        hive_partitioning = true, hive_types_autocast = false, union_by_name = true
    )
{%- endmacro %}

{% macro spark__feed(name) -%}
    parquet.`{{ var("feeds") }}/feed={{ name }}`
{%- endmacro %}
