-- Who writes without triggers: settings that make sessions replicas. Each as what follows `alter`, or null for the server's own.
select concat_ws(
  ' in ',
  case
    when r.rolname is not null then 'role ' || quote_ident(r.rolname)
    when d.datname is null then 'role all'
  end,
  'database ' || quote_ident(d.datname)
) as target
from pg_db_role_setting s
left join pg_roles r on r.oid = s.setrole
left join pg_database d on d.oid = s.setdatabase
where (s.setdatabase = 0 or d.datname = current_database())
  and exists (select from unnest(s.setconfig) as setting (text) where lower(setting.text) = 'session_replication_role=replica')
union all
select null
from pg_settings
where name = 'session_replication_role' and reset_val = 'replica' and source not in ('database', 'user', 'database user')
order by 1
