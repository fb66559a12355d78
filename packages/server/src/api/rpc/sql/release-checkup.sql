delete from webhooks_internal.running_checkups where webhook_id = :webhook_id and claim = :claim
