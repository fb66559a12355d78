module connectgain-clients

go 1.21.1

require github.com/supabase-community/postgrest-go v0.0.11
