import assert from 'node:assert/strict'
import type { ErrorBody } from './api.ts'
import type { InProcessApi } from './in-process-api.ts'

/** Asserts that a post is refused, as its neighbours are: with a status, a code and the limit in words. */
export async function assertRefused(
  api: InProcessApi,
  path: string,
  body: unknown,
  [status, code, words]: readonly [number, string, RegExp],
  headers: Record<string, string> = {},
): Promise<void> {
  const answer = await api.ask<ErrorBody>('POST', path, { body, headers })
  assert.deepEqual(
    [answer.status, answer.json.code],
    [status, code],
    JSON.stringify(answer.json).slice(0, 500),
  )
  assert.match(`${answer.json.message} ${answer.json.hint ?? ''}`, words)
}
