{#-
    Evidence of all indicators of a kind: one row per unit in the population and supporting record.
    `weight` and `value` are what the kind sums: for survey_share the sampling weight; for ratio the part of the
    denominator and of the numerator; for sum and median the value. Rows outside the population are no evidence, but for
    those of a dimension that stands apart from the total. A row that lacks what it is counted with is not complete: it
    counts nowhere, and how many there are is said beside the value (model left_out).
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
        'bridge_identity', 'bridge_identity_to_date', 'bridge_membership', 'dim_household', 'dim_institution', 'dim_period', 'dim_person', 'dim_place',
        'fct_enterprise_month', 'fct_enterprise_quarter', 'fct_outcome_observed', 'fct_place_total',
        'fct_service_delivered',
    ]) }}
{%- endmacro %}

{% macro evidence_columns() -%}
    {{ return([
        ('donor', 'varchar'), ('indicator', 'varchar'), ('definition_version', 'int'), ('over_time', 'varchar'),
        ('region', 'varchar'), ('period', 'varchar'), ('unit_type', 'varchar'), ('unit_id', 'varchar'),
        ('in_population', 'boolean'), ('in_numerator', 'boolean'), ('is_complete', 'boolean'), ('weight', 'decimal(18, 9)'),
        ('value', 'decimal(28, 6)'), ('stratum', 'varchar'), ('psu', 'varchar'), ('categories', type_map_of_lists()),
        ('source', 'varchar'), ('drop_quarter', 'varchar'), ('_file', 'varchar'), ('_table', 'varchar'),
        ('_row', 'bigint'), ('_record', 'bigint'), ('_sha256', 'varchar'),
    ]) }}
{%- endmacro %}

{% macro indicator_evidence(i) -%}
    {%- set is_survey = i.kind == 'survey_share' -%}
    {%- set answer = rolled_up(i) if i.numerator else 'true' -%}
    {%- set part = 'case when ' ~ answer ~ ' then 1 when not (' ~ answer ~ ') then 0 end' -%}
    {%- set value = i.value or (part if i.kind == 'ratio' else 'null') -%}
    {%- set weight = 'fact.weight' if is_survey else (i.denominator or 'units') -%}
    {%- set weight = '1' if weight == 'units' else weight -%}
    {%- set apart = i.disaggregations | selectattr('apart') | list -%}
    {%- set to_date = i.drops_to_date or [] -%}
    select
        {{ literal(i.donor) }} as donor,
        {{ literal(i.code) }} as indicator,
        {{ i.version }} as definition_version,
        {{ literal(i.over_time) }} as over_time,
        fact.region,
        period.quarter as period,
        {{ literal(i.unit_type) }} as unit_type,
        {{ i.unit_id }} as unit_id,
        {{ 'coalesce(' ~ i.population ~ ', false)' if apart else 'true' }} as in_population,
        coalesce({{ answer }}, false) as in_numerator,
        {{ is_complete(i, answer, value, weight) }} as is_complete,
        cast({{ weight }} as decimal(18, 9)) as weight,
        cast({{ value }} as decimal(28, 6)) as value,
        {{ 'fact.stratum' if is_survey else literal(none) }} as stratum,
        {{ 'fact.psu' if is_survey else literal(none) }} as psu,
        {{ map_of_lists(category_lists(i.disaggregations, i.population if apart else none)) }} as categories,
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
        {%- if to_date %}
        and (
            fact.quarter = period.quarter
            or (fact.quarter < period.quarter and fact.source in {{ literal_list(to_date) }})
        )
        {%- else %}
        and fact.quarter = period.quarter
        {%- endif %}
    {%- for join in i.joins %}
    {{ joined_dimension(join, to_date, i['from']) }}
    {%- endfor %}
    {%- if i.compared_with %}
    left join {{ ref(i['from']) }} as baseline
        on fact.region = baseline.region and fact.source = baseline.source
        and fact.unit_type = baseline.unit_type and fact.unit_id = baseline.unit_id and baseline.quarter = {{ literal(i.compared_with) }}
    {%- endif %}
    where fact.region in {{ literal_list(i.regions) }}
        and fact.source in {{ literal_list(i.sources) }}
        and (({{ i.population }}){% for d in apart %} or ({{ d.apart }}){% endfor %})
        {%- if i.compared_with %}
        and period.quarter > {{ literal(i.compared_with) }}
        {%- endif %}
        {%- if i.dated_by and i.over_time == 'in_quarter' %}
        and {{ i.dated_by }} between quarter_start and quarter_end
        {%- elif i.dated_by %}
        and {{ i.dated_by }} <= quarter_end
        {%- endif %}
    {#- `over unit` in an expression: over all records of the unit; those that stand apart are by themselves. #}
    window unit as (partition by fact.region, period.quarter, {{ i.unit_id }}
            {{- ', coalesce(' ~ i.population ~ ', false)' if apart }}),
        delivered as (partition by fact.region, period.quarter, fact._sha256, fact._file, fact._table, fact._record)
{%- endmacro %}

{#-
    Whether a row has all that it is counted with. The parts of a ratio may be rows made of one delivered record (women and
    all attending of a sheet's row): they count together or not at all.
-#}
{% macro is_complete(i, answer, value, weight) -%}
    {%- if i.kind == 'survey_share' -%}
    ({{ answer }}) is not null and fact.weight is not null and fact.stratum is not null and fact.psu is not null
    {%- elif i.kind == 'ratio' and i.denominator != 'units' -%}
    bool_and(({{ value }}) is not null and ({{ weight }}) is not null) over delivered
    {%- elif i.value -%} ({{ i.value }}) is not null
    {%- elif i.numerator -%} ({{ answer }}) is not null
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}

{#-
    A dimension by the fact's identifier. What earlier drops name is looked up as the period's register has it: under the
    identifier that the linkage gives by now, so that no one counts under an earlier and a later one; and a record that was
    nobody's under whom the later register knows it as.
-#}
{% macro joined_dimension(join, to_date, fact='') -%}
    {%- set name = join.dimension -%}
    {%- set source = literal(join.source) if join.source else 'fact.source' -%}
    {%- set quarter = 'period.quarter' if to_date else 'fact.quarter' -%}
    {%- set by_record = to_date and fact == 'fct_service_delivered' -%}
    {%- set known = name ~ '_identity.canonical_id, fact.' ~ name ~ '_id' -%}
    {%- if to_date %}
    left join {{ ref('bridge_identity') }} as {{ name }}_identity
        on fact.region = {{ name }}_identity.region and {{ name }}_identity.source = {{ source }}
        and {{ name }}_identity.quarter = {{ quarter }} and {{ name }}_identity.entity = {{ literal(name) }}
        and fact.{{ name }}_id = {{ name }}_identity.local_id
    {%- if by_record %}
    left join {{ ref('bridge_identity_to_date') }} as {{ name }}_to_date
        on fact.region = {{ name }}_to_date.region and fact.source = {{ name }}_to_date.source
        and {{ quarter }} = {{ name }}_to_date.quarter and fact.quarter = {{ name }}_to_date.of_quarter
        and {{ name }}_to_date.entity = {{ literal(name) }} and fact.service_id = {{ name }}_to_date.local_id
    {%- endif %}
    {%- endif %}
    left join {{ ref('dim_' ~ name) }} as {{ name }}
        on fact.region = {{ name }}.region and {{ quarter }} = {{ name }}.quarter and {{ name }}.source = {{ source }}
        and {{ name }}.{{ name }}_id =
        {{- ' coalesce(' ~ (name ~ '_to_date.canonical_id, ' if by_record) ~ known ~ ')' if to_date else ' fact.' ~ name ~ '_id' }}
{%- endmacro %}

{#-
    In the numerator: the record's own answer, or that of every (any) record of the unit. Not known where it is empty, and
    of a unit where an empty answer could change what the others say.
-#}
{% macro rolled_up(i) -%}
    {%- set answer = '(' ~ i.numerator ~ ')' -%}
    {%- if i.roll_up -%}
        {%- set decides = answer if i.roll_up == 'any' else 'not ' ~ answer -%}
        case
            when bool_or({{ decides }}) over unit then {{ 'true' if i.roll_up == 'any' else 'false' }}
            when bool_and({{ answer }} is not null) over unit then {{ 'false' if i.roll_up == 'any' else 'true' }}
        end
    {%- else -%} {{ answer }}
    {%- endif -%}
{%- endmacro %}

{#- `population`: given where a dimension stands apart, of records outside the population, which are in no other. -#}
{% macro category_lists(disaggregations, population=none) -%}
    {%- set pairs = [] -%}
    {%- for d in disaggregations -%}
        {%- set one = "coalesce(" ~ d.category ~ ", 'unknown')" -%}
        {%- set list = each_once(d.category) if d.overlapping else list_of_one(one) -%}
        {%- set belongs = '(' ~ d.apart ~ ') and not coalesce(' ~ population ~ ', false)' if d.apart else population -%}
        {%- do pairs.append((d.dimension, 'case when ' ~ belongs ~ ' then ' ~ list ~ ' end' if belongs else list)) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{%- endmacro %}

{% macro literal_list(values) -%}
    ({% for value in values %}{{ literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
