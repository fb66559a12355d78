-- In the CRM's database. `settled_at`: changes from before then are visible, unless their transaction takes longer.
select (clock_timestamp() - :settle_ms::integer * interval '1 millisecond')::text as "settled_at!",
  (select installed_at::text from webhooks_internal.crm_map) as map_installed_at
