-- Messages of one sender take turns, so that two at once do not both create the contact or the conversation.
select pg_advisory_xact_lock(hashtextextended('whatsapp ' || :organization_id::uuid || ' ' || :phone::text, 0))
