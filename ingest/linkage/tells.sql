-- Values that tell the register's entities apart: row, domain, value.
with told as (
    select 0 as row, '' as domain, '' as value
    where false
    {% for column in columns %}
        union all
        select
            row,
            -- Numbers of different kind or length are not compared.
            {{ "'official_id ' || official_kind" if column == 'official_id' else column | text }} as domain,
            cast({{ column }} as varchar) as value
        from identity
        where in_register and {{ column }} is not null
    {% endfor %}
)

select * from told
order by row, domain
