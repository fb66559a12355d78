delete from webhooks_internal.alert_mails where id = :id
