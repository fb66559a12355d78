-- With the organization go its inboxes, links and sessions.
alter table webhooks.webhook_inboxes
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
alter table webhooks_internal.portal_links
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
alter table webhooks_internal.sessions
  add foreign key (organization_id) references public.organizations (id) on delete cascade;
