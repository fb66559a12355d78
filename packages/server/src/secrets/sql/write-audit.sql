-- One entry per table with rows that were encrypted again. :rows their number by table.
select webhooks_internal.write_audit(null, 'cli', 'secrets.reencrypted', name, null, null, '{}', '{}',
  jsonb_build_object('rows', count::integer))
from json_each_text(:rows::json) as resealed (name, count)
where count <> '0'
