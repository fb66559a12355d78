import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RestError } from '../../domain/errors.ts'
import { MAX_CONCURRENT_BYTES, createBodyLimit } from './body-limit.ts'

describe('limit of bodies in memory', () => {
  const isRefused = ({ status, code, headers }: RestError): boolean =>
    status === 429 && code === 'PT429' && headers['retry-after'] === '1'

  it('an organization that exceeds the body limit is refused with 429, without affecting others', async () => {
    const within = createBodyLimit()
    const { promise, resolve } = Promise.withResolvers<string>()
    const held = within('A', MAX_CONCURRENT_BYTES, async () => await promise)
    await assert.rejects(
      within('a', 1, async () => await Promise.resolve()),
      isRefused,
    )
    assert.equal(await within('b', MAX_CONCURRENT_BYTES, async () => await Promise.resolve('done')), 'done')
    resolve('stored')
    assert.equal(await held, 'stored')
    assert.equal(await within('a', MAX_CONCURRENT_BYTES, async () => await Promise.resolve('done')), 'done')
  })

  it('a body stops counting against the limit when its request fails', async () => {
    const within = createBodyLimit()
    const fail = async (): Promise<void> => await Promise.reject(new Error('no'))
    await assert.rejects(within('a', MAX_CONCURRENT_BYTES, fail), /^Error: no$/)
    await within('a', MAX_CONCURRENT_BYTES, async () => await Promise.resolve())
  })
})
