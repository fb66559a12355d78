-- With the organization go its keys.
alter table webhooks.api_keys
  add foreign key (organization_id) references public.organizations (id) on delete cascade;

select webhooks_internal.grant_scopes();
