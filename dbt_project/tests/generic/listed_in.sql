{# Every value of the column is in a list that is given as a variable. #}
{% test listed_in(model, column_name, variable) %}
select {{ column_name }} as value, count(*) as rows_found
from {{ model }}
where {{ column_name }} is not null
    {%- if var(variable) %}
    and {{ column_name }} not in {{ literal_list(var(variable)) }}
    {%- endif %}
group by {{ column_name }}
{% endtest %}
