{#-
    Incremental strategy: the quarters of this run (`run_quarters`) are replaced as a whole, so that a drop that has been
    withdrawn leaves nothing behind, and so is every group (`unique_key`) that the new rows hold. Other quarters stay.
    The first column of `unique_key` is the quarter.
-#}
{% macro get_incremental_replace_quarters_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') %}
    delete from {{ target }}
    where {{ key[0] }} in {{ quarter_list() }};

    delete from {{ target }}
    where ({{ key | join(', ') }}) in (select distinct {{ key | join(', ') }} from {{ arg_dict['temp_relation'] }});

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{#-
    The quarters to (re)build, as a list of texts: SANGAM_QUARTERS, with blanks between; other quarters stay as they are.
    No variable, since other variables mean that dbt parses the whole project again.
-#}
{% macro run_quarters() -%}
    {{ return(env_var('SANGAM_QUARTERS', '').split() if execute else []) }}
{%- endmacro %}

{#- The quarters of this run as an SQL list; a list that matches nothing when there are none. -#}
{% macro quarter_list() -%}
    ({% for quarter in run_quarters() or ['_'] %}'{{ quarter }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
