-- For statements on the embedded database, which cannot interrupt one: asked of every row. Volatile, or it would be asked once;
-- cheap, because PostgreSQL asks cheap conditions first.
create function webhooks_internal.is_row_in_time() returns boolean
language plpgsql volatile
cost 0.01
set search_path = pg_catalog
as $$
begin
  if clock_timestamp() > statement_timestamp() + nullif(current_setting('statement_timeout'), '0')::interval then
    raise exception using errcode = '57014', message = 'canceling statement due to statement timeout',
      hint = 'Filter by a column that is indexed, or ask for fewer rows.';
  end if;
  return true;
end
$$;
