import assert from 'node:assert/strict'
import type { Stage } from './on-each-engine.ts'
import { otherChange, signAsMeta, signAsZoom } from './provider-payloads.ts'
import { until } from './until.ts'

/** Leaves out of the kept payloads what `takenIn` sends. */
export const WITHOUT_MARKERS = 'reason=not.like.*marker-*'

/** Thousands of messages may stand before it, on a machine that does ten other things. */
const LIMIT_MS = 300_000

let markers = 0

/**
 * Resolves when all that was sent to a source before has been taken in: payloads of an organization are, in their order, so
 * it sends another one, which is kept.
 */
export async function takenIn(
  { server, organizationId }: Stage,
  provider: 'whatsapp' | 'zoom',
  secret?: string,
): Promise<void> {
  markers += 1
  const marker = `marker-${markers}-`
  const { body, headers } =
    provider === 'whatsapp'
      ? signAsMeta(otherChange(marker), secret)
      : signAsZoom({ event: marker }, secret === undefined ? {} : { secret })
  const url = `${server.url}/sources/${provider}/${organizationId}`
  assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 200)
  await until(
    'the marker to be taken in',
    async () => {
      const kept = await server.api.get(`webhook_source_payloads?reason=like.*${marker}*&select=id`)
      return kept.length > 0
    },
    LIMIT_MS,
  )
}
