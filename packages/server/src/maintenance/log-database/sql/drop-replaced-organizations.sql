-- In the log database: a key that the CRM has given to another organization. What belongs to the organizations stays.
delete from webhooks_internal.tenants t
using json_to_recordset(:organizations::json) as given (id uuid, external_id text)
where t.external_id = given.external_id and t.id <> given.id
