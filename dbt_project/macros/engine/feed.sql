{#- What reads a feed of the lake. It is a source (models/staging/_sources.yml), so that dbt knows where models begin. -#}
{% macro feed(name) -%}
    {{ return(adapter.dispatch('feed', 'sangam')(source('feeds', name))) }}
{%- endmacro %}

{#- The source's external_location. -#}
{% macro duckdb__feed(relation) -%} {{ return(relation) }} {%- endmacro %}

{% macro spark__feed(relation) -%} parquet.`{{ var("feeds") }}/feed={{ relation.identifier }}` {%- endmacro %}
