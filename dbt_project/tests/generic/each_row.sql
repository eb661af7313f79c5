{#- Each row meets the condition; one that cannot be told does not. `this_run`: the quarters of this run alone. -#}
{% test each_row(model, meets, says, this_run=false) %}
{{ config(meta={
    'description': says,
    'remedy': 'The rows listed name file and record: look at what was delivered, and at the mapping in the contract of the source.'
}) }}
select *
from {{ model }}
where not coalesce({{ meets }}, false)
{%- if this_run %}
    and quarter in {{ quarter_list() }}
{%- endif %}
{% endtest %}
