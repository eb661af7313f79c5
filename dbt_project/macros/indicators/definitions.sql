{#- The definitions given in the variables, as rows. What the rows mean is said in orchestration/warehouse/logframes.py. -#}

{#- `rows`: list of lists of values; `columns`: [(name, type)]. Without rows, a relation of that shape without rows. -#}
{% macro rows_of(columns, rows) -%}
    {%- for row in rows %}
    {{ 'union all' if not loop.first }}
    select
        {%- for name, type in columns %}
        cast({{ literal(row[loop.index0], type) }} as {{ sql_type(type) }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- endfor %}
    {%- if not rows %}
    select
        {%- for name, type in columns %}
        cast(null as {{ sql_type(type) }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
{%- endmacro %}

{#- How the interval of a kind is made, for readers: what the model survey_share computes. -#}
{% macro interval_method(kind) -%}
    {{ return({'survey_share':
        "95 % interval on the logit scale, with Student's t on the degrees of freedom of the whole round (all its sampling "
        ~ 'units less all its strata): for districts and other categories too, not on their own alone. Where all answer '
        ~ 'alike (0 or 100 %) the exact interval of Korn and Graubard (1998), with the same degrees of freedom.'
    }.get(kind)) }}
{%- endmacro %}

{#- One row an indicator and over_time: reference sheet and what the models need to know. -#}
{% macro indicator_rows() -%}
    {%- set text = ['donor', 'code', 'over_time', 'name', 'level', 'description', 'numerator_definition',
        'denominator_definition', 'method', 'source_note', 'unit', 'currency', 'direction', 'kind', 'from', 'unit_type', 'unit_id', 'dated_by', 'population', 'numerator',
        'roll_up', 'value', 'denominator', 'n_counts', 'together', 'compared_with', 'donor_name'] -%}
    {%- set columns = [] -%}
    {%- for name in text -%}
        {%- do columns.append(({'code': 'indicator', 'from': 'fact', 'value': 'value_expression'}.get(name, name), 'varchar')) -%}
    {%- endfor -%}
    {%- set columns = columns + [('scale', 'int'), ('definition_version', 'int'), ('position', 'int'),
        ('has_target', 'boolean'), ('n_by_category', 'boolean'), ('n_of_total', 'int'), ('sources', 'varchar'), ('drops_to_date', 'varchar'),
        ('disaggregations', 'varchar'), ('interval_method', 'varchar')] -%}
    {%- set rows = [] -%}
    {%- for i in var('indicators') -%}
        {%- set row = [] -%}
        {%- for name in text -%} {%- do row.append(i[name]) -%} {%- endfor -%}
        {%- do rows.append(row + [i.scale, i.version, i.position, i.has_target, i.n_by_category, i.n_of_total,
            i.sources | join(', '), i.drops_to_date | join(', '), i.disaggregations | map(attribute='dimension') | join(', '),
            interval_method(i.kind)]) -%}
    {%- endfor -%}
    {{ rows_of(columns, rows) }}
{%- endmacro %}

{#- One row an indicator, over_time, reported region, region that feeds it, and source it needs. -#}
{% macro indicator_source_rows() -%}
    {%- set rows = [] -%}
    {%- for i in var('indicators') -%}
        {%- for region in i.regions -%}
            {%- for source in i.sources -%}
                {%- set span = [(i.since or {}).get(region), (i.until or {}).get(region)] -%}
                {%- do rows.append([i.donor, i.code, i.over_time, region, region, source] + span) -%}
                {%- if i.together -%}
                    {%- do rows.append([i.donor, i.code, i.over_time, i.together, region, source] + span) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows_of([('donor', 'varchar'), ('indicator', 'varchar'), ('over_time', 'varchar'), ('region', 'varchar'),
        ('member_region', 'varchar'), ('source', 'varchar'), ('since', 'varchar'), ('until', 'varchar')], rows) }}
{%- endmacro %}

{#- One row an indicator, over_time, dimension and listed category, or a type of place whose names are categories. -#}
{% macro indicator_category_rows() -%}
    {%- set rows = [] -%}
    {%- for i in var('indicators') -%}
        {%- for d in i.disaggregations -%}
            {%- for category in d.categories -%}
                {%- do rows.append([i.donor, i.code, i.over_time, d.dimension, category, none]) -%}
            {%- endfor -%}
            {%- for place_type in d.place_types -%}
                {%- do rows.append([i.donor, i.code, i.over_time, d.dimension, none, place_type]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows_of([('donor', 'varchar'), ('indicator', 'varchar'), ('over_time', 'varchar'), ('dimension', 'varchar'),
        ('category', 'varchar'), ('place_type', 'varchar')], rows) }}
{%- endmacro %}

{#- One row an indicator, over_time and currency it is stated in; `is_native` is the currency of the records. -#}
{% macro indicator_currency_rows() -%}
    {%- set rows = [] -%}
    {%- for i in var('indicators') -%}
        {%- do rows.append([i.donor, i.code, i.over_time, i.currency, true]) -%}
        {%- for currency in i.convert_to -%}
            {%- do rows.append([i.donor, i.code, i.over_time, currency, false]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows_of([('donor', 'varchar'), ('indicator', 'varchar'), ('over_time', 'varchar'), ('currency', 'varchar'),
        ('is_native', 'boolean')], rows) }}
{%- endmacro %}

{#- One row a column of a printed table: the quarter whose computed value belongs beside it. -#}
{% macro reported_column_rows() -%}
    {%- set rows = [] -%}
    {%- for donor in var('donors') -%}
        {%- for region in donor.regions -%}
            {%- for c in donor.reported_columns -%}
                {%- do rows.append([donor.code, region, c.source, c.column_label, c.quarter]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows_of([('donor', 'varchar'), ('region', 'varchar'), ('source', 'varchar'), ('column_label', 'varchar'),
        ('quarter', 'varchar')], rows) }}
{%- endmacro %}

{#- The donor's colour for an achievement. -#}
{% macro traffic_light(donor, achievement) -%}
    case
        when {{ achievement }} is null then {{ literal(none) }}
        {%- for d in var('donors') if d.bands %}
        when {{ donor }} = '{{ d.code }}'
            then case
                {%- for band in d.bands if band.at_least is not none %}
                when {{ achievement }} >= {{ band.at_least }} then {{ literal(band.light) }}
                {%- endfor %}
                else {{ literal(d.bands[-1].light) }}
            end
        {%- endfor %}
        else {{ literal(none) }}
    end
{%- endmacro %}

{#- The fiscal label of a quarter for a donor. -#}
{% macro donor_fiscal_label(donor, quarter) -%}
    case
        when {{ donor }} is null then {{ literal(none) }}
        {%- for d in var('donors') %}
        when {{ donor }} = '{{ d.code }}' then {{ fiscal_label(quarter, d.fiscal_year) }}
        {%- endfor %}
        else {{ literal(none) }}
    end
{%- endmacro %}

{#- One row a service that a programme declares. -#}
{% macro service_rows() -%}
    {%- set rows = [] -%}
    {%- for s in var('services') -%} {%- do rows.append([s.code, s.name, s.kind]) -%} {%- endfor -%}
    {{ rows_of([('service_code', 'varchar'), ('service_name', 'varchar'), ('service_kind', 'varchar')], rows) }}
{%- endmacro %}

{#- One row a quarter of this run. -#}
{% macro quarter_rows() -%}
    {%- set rows = [] -%}
    {%- for quarter in run_quarters() -%} {%- do rows.append([quarter]) -%} {%- endfor -%}
    {{ rows_of([('quarter', 'varchar')], rows) }}
{%- endmacro %}
