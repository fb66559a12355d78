-- Without a mail server, nothing else deletes them.
delete from webhooks_internal.alert_mails where created_at < now() - interval '2 days'
