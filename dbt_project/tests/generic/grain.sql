{#- The columns name one row each and are never empty. `this_run`: look at the quarters of this run alone. -#}
{% test grain(model, columns, this_run=false) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
{%- if this_run %}
where quarter in {{ quarter_list() }}
{%- endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{%- for column in columns %}
    or {{ column }} is null
{%- endfor %}
{% endtest %}
