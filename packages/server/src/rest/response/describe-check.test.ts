import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeCheck } from './describe-check.ts'

it('a check constraint is described by what its column must be', () => {
  for (const [definition, words] of [
    ["(status = ANY (ARRAY['open'::text, 'it''s'::text]))", "must be one of open, it's"],
    ['(threshold = ANY (ARRAY[50, 70]))', 'must be one of 50, 70'],
    ["(name <> ''::text)", 'must not be empty'],
    ['(length(name) <= 200)', 'must not be longer than 200 characters'],
    ["(currency ~ '^[A-Z]{3}$'::text)", 'must match ^[A-Z]{3}$'],
    ["(jsonb_typeof(media) = 'array'::text)", 'must be a JSON array'],
    ['((timeout_ms >= 100) AND (timeout_ms <= 60000))', 'must be from 100 to 60000'],
    ['(duration_minutes >= 0)', 'must be at least 0'],
    ['((a IS NULL) = (b IS NULL))', undefined],
  ] as const) {
    assert.equal(describeCheck(definition), words, definition)
  }
})
