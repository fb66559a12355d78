-- :texts [{place, code, prefix, pattern, parameters, is_of_token_server}]; rows that are up to date are not written.
with wanted as materialized (
  select * from json_to_recordset(:texts::json) as t (
    place integer, code text, prefix text, pattern text, parameters text[], is_of_token_server boolean)
),
removed as (
  delete from webhooks_internal.message_texts known where not exists (select from wanted w where w.place = known.place)
)
insert into webhooks_internal.message_texts as known (place, code, prefix, pattern, parameters, is_of_token_server)
select place, code, prefix, pattern, parameters, is_of_token_server from wanted
on conflict (place) do update
  set code = excluded.code, prefix = excluded.prefix, pattern = excluded.pattern, parameters = excluded.parameters,
    is_of_token_server = excluded.is_of_token_server
  where (known.code, known.prefix, known.pattern, known.parameters, known.is_of_token_server)
    is distinct from (excluded.code, excluded.prefix, excluded.pattern, excluded.parameters, excluded.is_of_token_server)
