-- Doubtful pairs whose later record is of one source and quarter, for people; the likeliest after those without weight.
select
    {{ entity | text }} as entity,
    a.source as source_a,
    a.quarter as quarter_a,
    a.local_id as local_id_a,
    b.local_id as local_id_b,
    doubts.reason,
    case when isfinite(doubts.weight) then doubts.weight end as match_weight,
    doubts.levels as comparison,
    a._file as file_a,
    a._row as row_a,
    b._file as file_b,
    b._row as row_b
from doubts
inner join identity as a on doubts.l = a.row
inner join identity as b on doubts.r = b.row
where b.source = {{ source_name | text }} and b.quarter = {{ quarter | text }}
order by match_weight desc nulls first, doubts.l, doubts.r
