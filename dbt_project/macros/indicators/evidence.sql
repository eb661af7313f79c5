{#-
    Evidence of all indicators of a kind: one row per unit in the population and supporting record.
    `weight` and `value` are what the kind sums: for survey_share the sampling weight; for ratio the part of the
    denominator and of the numerator; for sum and median the value. Rows outside the population are no evidence.
-#}
{% macro evidence(kind) -%}
    {#- While dbt learns the dependencies, before it knows the indicators, every fact and dimension is one. -#}
    {%- if not execute -%}
        {%- for name in evidence_relations() -%} {%- do ref(name) -%} {%- endfor -%}
    {%- endif -%}
    {%- set chosen = var('indicators') | selectattr('kind', 'equalto', kind) | list -%}
    {%- for i in chosen %}
    {{ 'union all' if not loop.first }}
    {{ indicator_evidence(i) }}
    {%- endfor %}
    {%- if not chosen %}
    {{ rows_of(evidence_columns(), []) }}
    {%- endif %}
{%- endmacro %}

{% macro evidence_relations() -%}
    {{ return([
        'bridge_membership', 'dim_household', 'dim_institution', 'dim_period', 'dim_person', 'dim_place',
        'fct_outcome_observed', 'fct_place_total', 'fct_service_delivered',
    ]) }}
{%- endmacro %}

{% macro evidence_columns() -%}
    {{ return([
        ('donor', 'varchar'), ('indicator', 'varchar'), ('definition_version', 'int'), ('over_time', 'varchar'),
        ('region', 'varchar'), ('period', 'varchar'), ('unit_type', 'varchar'), ('unit_id', 'varchar'),
        ('in_population', 'boolean'), ('in_numerator', 'boolean'), ('weight', 'decimal(18, 9)'),
        ('value', 'decimal(28, 6)'), ('stratum', 'varchar'), ('psu', 'varchar'), ('categories', type_map_of_lists()),
        ('source', 'varchar'), ('drop_quarter', 'varchar'), ('_file', 'varchar'), ('_table', 'varchar'),
        ('_row', 'bigint'), ('_record', 'bigint'), ('_sha256', 'varchar'),
    ]) }}
{%- endmacro %}

{% macro indicator_evidence(i) -%}
    {%- set is_survey = i.kind == 'survey_share' -%}
    {%- set numerator = 'coalesce(' ~ i.numerator ~ ', false)' if i.numerator else 'true' -%}
    {%- set value = i.value or ('case when ' ~ numerator ~ ' then 1 else 0 end' if i.kind == 'ratio' else 'null') -%}
    {%- set weight = 'fact.weight' if is_survey else (i.denominator or 'units') -%}
    select
        {{ literal(i.donor) }} as donor,
        {{ literal(i.code) }} as indicator,
        {{ i.version }} as definition_version,
        {{ literal(i.over_time) }} as over_time,
        fact.region,
        period.quarter as period,
        {{ literal(i.unit_type) }} as unit_type,
        {{ i.unit_id }} as unit_id,
        true as in_population,
        {{ rolled_up(i, numerator) }} as in_numerator,
        cast({{ 1 if weight == 'units' else weight }} as decimal(18, 9)) as weight,
        cast({{ value }} as decimal(28, 6)) as value,
        {{ 'fact.stratum' if is_survey else literal(none) }} as stratum,
        {{ 'fact.psu' if is_survey else literal(none) }} as psu,
        {{ map_of_lists(category_lists(i.disaggregations)) }} as categories,
        fact.source,
        fact.quarter as drop_quarter,
        fact._file,
        fact._table,
        fact._row,
        fact._record,
        fact._sha256
    from {{ ref(i['from']) }} as fact
    inner join {{ ref('dim_period') }} as period
        on fact.region = period.region and fact.source = period.source
        and fact.quarter {{ '<=' if i.reads == 'drops_to_date' else '=' }} period.quarter
    {%- for join in i.joins %}
    left join {{ ref('dim_' ~ join.dimension) }} as {{ join.dimension }}
        on fact.region = {{ join.dimension }}.region and fact.quarter = {{ join.dimension }}.quarter
        and {{ join.dimension }}.source = {{ literal(join.source) if join.source else 'fact.source' }}
        and fact.{{ join.dimension }}_id = {{ join.dimension }}.{{ join.dimension }}_id
    {%- endfor %}
    where fact.region in ({% for region in i.regions %}{{ literal(region) }}{{ ', ' if not loop.last }}{% endfor %})
        and fact.source in ({% for source in i.sources %}{{ literal(source) }}{{ ', ' if not loop.last }}{% endfor %})
        and ({{ i.population }})
        {%- if i.dated_by and i.over_time == 'in_quarter' %}
        and {{ i.dated_by }} between quarter_start and quarter_end
        {%- elif i.dated_by %}
        and {{ i.dated_by }} <= quarter_end
        {%- endif %}
{%- endmacro %}

{#- In the numerator: the record's own answer, or that of every (any) record of the unit. -#}
{% macro rolled_up(i, numerator) -%}
    {%- if i.roll_up -%}
    {{ {'every': 'bool_and', 'any': 'bool_or'}[i.roll_up] }}({{ numerator }})
            over (partition by fact.region, period.quarter, {{ i.unit_id }})
    {%- else -%} {{ numerator }}
    {%- endif -%}
{%- endmacro %}

{% macro category_lists(disaggregations) -%}
    {%- set pairs = [] -%}
    {%- for d in disaggregations -%}
        {%- set one = "coalesce(" ~ d.category ~ ", 'unknown')" -%}
        {%- do pairs.append((d.dimension, d.category if d.overlapping else list_of_one(one))) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}
