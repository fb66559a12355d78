import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RestError } from '../../domain/errors.ts'
import { MAX_BYTES_AT_ONCE, createBodiesAtOnce } from './bodies-at-once.ts'

describe('bodies that are in memory at once', () => {
  const isRefused = ({ status, code, headers }: RestError): boolean =>
    status === 429 && code === 'PT429' && headers['retry-after'] === '1'

  it('have a bound for each organization, and leave the others theirs', async () => {
    const within = createBodiesAtOnce()
    const { promise, resolve } = Promise.withResolvers<string>()
    const held = within('A', MAX_BYTES_AT_ONCE, async () => await promise)
    await assert.rejects(
      within('a', 1, async () => await Promise.resolve()),
      isRefused,
    )
    assert.equal(await within('b', MAX_BYTES_AT_ONCE, async () => await Promise.resolve('done')), 'done')
    resolve('stored')
    assert.equal(await held, 'stored')
    assert.equal(await within('a', MAX_BYTES_AT_ONCE, async () => await Promise.resolve('done')), 'done')
  })

  it('count no more once their request has failed', async () => {
    const within = createBodiesAtOnce()
    const fail = async (): Promise<void> => await Promise.reject(new Error('no'))
    await assert.rejects(within('a', MAX_BYTES_AT_ONCE, fail), /^Error: no$/)
    await within('a', MAX_BYTES_AT_ONCE, async () => await Promise.resolve())
  })
})
