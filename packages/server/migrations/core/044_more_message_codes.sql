-- The API offers `codes` for these texts too.
do $$
declare
  place record;
begin
  for place in
    select format('webhooks.%I', t.relation)::regclass as relation, t.name
    from (values
      ('webhook_event_types', 'description'),
      ('webhook_fault_counts', 'last_reason'),
      ('webhook_erasures', 'reason')
    ) as t (relation, name)
  loop
    execute format('comment on column %s.%I is %L', place.relation, place.name, concat_ws(' ',
      col_description(place.relation, (
        select a.attnum from pg_attribute a where a.attrelid = place.relation and a.attname = place.name
      )), '@message'));
  end loop;
end
$$;
