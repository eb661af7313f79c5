{#- The columns name one row each and are never empty. `this_run`: look at the quarters of this run alone. -#}
{% test grain(model, columns, this_run=false) %}
{{ config(meta={
    'description': columns | join(', ') ~ ' name one row each and are never empty.',
    'remedy': 'The rows listed are doubled or have no key: look at the joins of the model, or at the key in the contract'
        ~ ' of the source they came from.'
}) }}
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
