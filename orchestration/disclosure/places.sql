-- Places that values are stated by, with the others stated that they lie in: the latest extract's names.
with recursive stated as (
    select distinct category as name from marts.indicator_values
    where dimension <> 'all'
),

place as (
    select
        region || ' ' || source as extract, region, place_id,
        arg_max(place_name, quarter) as name,
        arg_max(parent_place_id, quarter) as parent_id
    from conformed.dim_place
    group by all
),

lies_in as (
    select extract, place_id, name, parent_id from place
    union -- each pair once, so that a circle ends
    select lies_in.extract, lies_in.place_id, lies_in.name, place.parent_id
    from lies_in
    inner join place on lies_in.extract = place.extract and lies_in.parent_id = place.place_id
)

select distinct
    parent.region,
    lies_in.name as place,
    parent.name as within
from lies_in
inner join place as parent on lies_in.extract = parent.extract and lies_in.parent_id = parent.place_id
semi join stated on lies_in.name = stated.name
semi join stated as stated_whole on parent.name = stated_whole.name
order by all
