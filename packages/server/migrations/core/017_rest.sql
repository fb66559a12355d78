-- Bounds on responses of /rest/v1.

-- A response is built as one text. A larger one would exhaust the process that sends it.
create function webhooks_internal.bounded_answer(answer text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog
as $$
begin
  if octet_length(answer) > 64 * 1024 * 1024 then
    raise exception using errcode = 'PT413', message = 'the response is larger than 64 MiB',
      hint = 'Request fewer rows with limit, or fewer columns with select.';
  end if;
  return answer;
end
$$;

-- Each level of embedded rows multiplies the one above, so a short request can select more than a process can hold. This
-- adds up all embedded lists of a request, in a setting that ends with the transaction. Called once for each list, not for
-- each of its rows.
create function webhooks_internal.bounded_list(list json) returns json
language plpgsql volatile strict
set search_path = pg_catalog
as $$
declare
  total bigint := coalesce(nullif(current_setting('response.embedded_bytes', true), ''), '0')::bigint
    + octet_length(list::text);
begin
  if total > 64 * 1024 * 1024 then
    raise exception using errcode = 'PT413', message = 'the response is larger than 64 MiB',
      hint = 'Request fewer embedded rows with <embedded>.limit=…, or fewer of their columns.';
  end if;
  perform set_config('response.embedded_bytes', total::text, true);
  return list;
end
$$;

-- The next two enforce the statement timeout on the embedded database, which cannot interrupt a statement.

-- Called before an embedded list is read. Declared stable, although it reads the clock, so that it is not called for each row.
create function webhooks_internal.is_in_time() returns boolean
language plpgsql stable
set search_path = pg_catalog
as $$
declare
  allowed interval := nullif(current_setting('statement_timeout'), '0')::interval;
begin
  if clock_timestamp() > statement_timestamp() + allowed then
    raise exception using errcode = '57014', message = 'canceling statement due to statement timeout',
      hint = 'Embed fewer levels, or limit the rows of each with <embedded>.limit=….';
  end if;
  return true;
end
$$;

-- Called for every row. Volatile, because otherwise it would be called once; cheap, because PostgreSQL evaluates cheap
-- conditions first.
create function webhooks_internal.is_row_in_time() returns boolean
language plpgsql volatile
cost 0.01
set search_path = pg_catalog
as $$
begin
  if clock_timestamp() > statement_timestamp() + nullif(current_setting('statement_timeout'), '0')::interval then
    raise exception using errcode = '57014', message = 'canceling statement due to statement timeout',
      hint = 'Filter by a column that is indexed, or request fewer rows.';
  end if;
  return true;
end
$$;
