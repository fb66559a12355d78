-- What bounds an answer with embedded rows: each level multiplies the one above it, so that a short request can ask for
-- more than any process holds. Both are called once for each embedded list, not for each of its rows.

-- Keeps to the statement timeout where nobody else does: the embedded database runs on the program's own thread. Declared
-- stable, though it reads the clock, so that it is asked before a list is read and not again for each row.
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

-- Adds up all embedded lists of a request, in a setting that ends with its transaction.
create function webhooks_internal.bounded_list(list json) returns json
language plpgsql volatile strict
set search_path = pg_catalog
as $$
declare
  total bigint := coalesce(nullif(current_setting('response.embedded_bytes', true), ''), '0')::bigint
    + octet_length(list::text);
begin
  if total > 64 * 1024 * 1024 then
    raise exception using errcode = 'PT413', message = 'the answer is larger than 64 MiB',
      hint = 'Ask for fewer embedded rows with <embedded>.limit=…, or for fewer of their columns.';
  end if;
  perform set_config('response.embedded_bytes', total::text, true);
  return list;
end
$$;
