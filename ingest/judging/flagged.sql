-- The warnings of accepted records that were overridden or flagged.
insert into warnings
select
    tbl,
    record,
    case action when 'override' then 'corrected' when 'flag' then 'flagged_by_correction' end as code,
    col,
    key,
    message
from corrected
anti join findings using (tbl, record)
where action <> 'drop'
