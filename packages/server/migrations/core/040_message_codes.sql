-- Codes of what the program says, so that clients can say it in other languages. They are found in the stored English text when
-- somebody reads it: rows stay as small as they were, and those of before have codes too.

-- The texts of the version that started last, in the order in which they are tried: src/server/store-message-texts.ts
create table webhooks_internal.message_texts (
  place integer primary key,
  code text not null constraint code_length check (length(code) <= 100),
  -- What the text begins with, which rules out nearly all others.
  prefix text not null constraint prefix_length check (length(prefix) <= 1000),
  pattern text not null constraint pattern_length check (length(pattern) <= 2000),
  -- In the order of the groups; those of numbers begin with #.
  parameters text[] not null constraint parameters_length check (octet_length(parameters::text) <= 1000),
  -- A text about an endpoint, said of a token server.
  is_of_token_server boolean not null
);

-- {code, params} of a text, or null; as readMessage in src/domain/messages/server-message.ts.
create function webhooks_internal.read_message(said text, depth integer) returns jsonb
language plpgsql stable strict security definer
set search_path = pg_catalog
as $$
declare
  known record;
  found text[];
  message jsonb;
begin
  if length(said) > 4000 or depth > 4 then
    return null;
  end if;
  for known in
    select t.code, t.pattern, t.parameters, t.is_of_token_server
    from webhooks_internal.message_texts t
    where starts_with(said, t.prefix)
    order by t.place
  loop
    found := regexp_match(said, '^' || known.pattern || '$');
    if found is not null then
      select jsonb_build_object('code', known.code, 'params', coalesce(jsonb_object_agg(
        ltrim(p.name, '#'),
        case
          when p.name like '#%' then to_jsonb(p.value::numeric)
          else coalesce(webhooks_internal.read_message(p.value, depth + 1), to_jsonb(p.value))
        end
      ), '{}'))
      into message
      from unnest(known.parameters, found[1:cardinality(known.parameters)]) as p (name, value);
      if known.is_of_token_server then
        return jsonb_build_object('code', 'token.about', 'params', jsonb_build_object('problem', message));
      end if;
      return message;
    end if;
  end loop;
  -- A diagnosis may end with the runtime's code for the failure.
  found := regexp_match(said, '^(.+) \(([A-Z][A-Z0-9_]*)\)$');
  message := webhooks_internal.read_message(found[1], depth + 1);
  return jsonb_set(message, '{params,runtime}', to_jsonb(found[2]));
end
$$;

-- The codes of several texts of a row, by column; without those that are null or have none.
create function webhooks_internal.read_messages(columns text[], texts text[]) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog
as $$
  select coalesce(jsonb_object_agg(m.name, m.message), '{}')
  from (
    select t.name, webhooks_internal.read_message(t.said, 0) as message
    from unnest(columns, texts) as t (name, said)
  ) as m
  where m.message is not null
$$;

-- The API offers `codes` for the columns whose comment says so.
do $$
declare
  place record;
begin
  for place in
    select format('webhooks.%I', t.name)::regclass as relation, unnest(t.columns) as name
    from (values
      ('webhook_logs', array['error_message', 'diagnosis']),
      ('webhook_configurations', array['health_reason', 'disabled_reason']),
      ('webhook_alerts', array['message']),
      ('webhook_deliveries', array['last_error', 'reason']),
      ('webhook_delivery_faults', array['reason']),
      ('webhook_redeliveries', array['reason'])
    ) as t (name, columns)
  loop
    execute format('comment on column %s.%I is %L', place.relation, place.name, concat_ws(' ',
      col_description(place.relation, (
        select a.attnum from pg_attribute a where a.attrelid = place.relation and a.attname = place.name
      )), '@message'));
  end loop;
end
$$;
