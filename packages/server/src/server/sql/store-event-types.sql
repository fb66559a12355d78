-- :types [{name, category, description, schema, example}]; rows that are up to date are not written.
insert into webhooks.webhook_event_types as known (name, category, description, schema, example, is_custom)
select name, category, description, schema, example, false
from json_to_recordset(:types::json) as t (name text, category text, description text, schema jsonb, example jsonb)
on conflict (name) do update
  set category = excluded.category, description = excluded.description, schema = excluded.schema,
    example = excluded.example, is_custom = false
  where (known.category, known.description, known.schema, known.example, known.is_custom)
    is distinct from (excluded.category, excluded.description, excluded.schema, excluded.example, false)
