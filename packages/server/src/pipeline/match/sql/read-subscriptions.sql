-- Those that are off are read too, so that what they miss is counted. `expires_ms`: until when this is right although
-- nothing is changed, for the end of a replaced secret changes it. $1 organizations.
select t.*, extract(epoch from t.previous_secret_until - now()) * 1000 as expires_ms
from webhooks_internal.targets t
where t.organization_id = any ($1::uuid[])
