-- Messages of one sender take turns, so that two at once do not both make the contact or the conversation. $1 organization,
-- $2 the sender's number.
select pg_advisory_xact_lock(hashtextextended('whatsapp ' || $1::uuid || ' ' || $2::text, 0))
