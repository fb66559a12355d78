-- The catalogue of event types: those of the program, which every start writes, and the operator's own.

create table webhooks.webhook_event_types (
  name text primary key check (name ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$' and length(name) <= 100),
  category text not null constraint category_length check (length(category) <= 100),
  description text not null constraint description_length check (length(description) <= 2000),
  schema jsonb check (jsonb_typeof(schema) = 'object'),
  example jsonb not null default '{}' check (jsonb_typeof(example) = 'object'),
  -- Registered by the operator, for all organizations.
  is_custom boolean not null default true
);

comment on table webhooks.webhook_event_types is 'What can be subscribed to';
