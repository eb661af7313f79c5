-- One row: records, histograms of columns with a vocabulary, mean and spread of each number, in one pass.
select {{ aggregates | join(', ') }}
from {{ schema }}.{{ table | name }}
