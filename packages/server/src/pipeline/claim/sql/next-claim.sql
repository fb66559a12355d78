select webhooks_internal.next_claim_ms(:known_ms?) as ms
