-- A plan made while a partition was empty, as each is at midnight, must not scan it when it is full.
select set_config('enable_seqscan', 'off', true) as seqscan, set_config('jit', 'off', true) as jit
