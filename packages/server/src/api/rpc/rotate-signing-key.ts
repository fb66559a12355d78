import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import type { Connection } from '../../database/database.ts'
import { runWithActor } from '../../database/act-as.ts'
import { ApiError } from '../../domain/errors.ts'
import { newId } from '../../domain/ids.ts'
import { generateSigningKeyPair } from '../../domain/signature/ed25519.ts'
import { signingKeyContext } from '../../secrets/sealed-columns.ts'
import { chooseOrganization } from './choose-organization.ts'
import { parseDuration } from '../../settings/duration.ts'
import { uuid } from '../tables/configuration-fields.ts'
import { time } from './results.ts'
import { defineFunction } from './rpc.ts'
import {
  deleteSigningKeys,
  insertSigningKey,
  lockSigningKeys,
  replaceSigningKey,
} from './sql/statements.generated.ts'

const HOUR_MS = 3_600_000
const DEFAULT_OVERLAP = '24h'
const MAX_OVERLAP_MS = 168 * HOUR_MS

const OVERLAP = phrase('field.duration')

const schema = z.strictObject({
  organization_id: uuid.optional(),
  overlap: z
    .union([z.string(), z.number()], OVERLAP)
    .refine((given) => toMilliseconds(given) <= MAX_OVERLAP_MS, OVERLAP)
    .default(DEFAULT_OVERLAP),
})

const result = z.object({
  id: z.guid().describe('Of the new key; its kid in the JWK set'),
  organization_id: z.guid(),
  public_key: z.string().describe('The new public key: whpk_ and base64'),
  previous_expires_at: time
    .nullable()
    .describe('When the replaced key stops signing; null if there is none or it does not sign'),
})

/**
 * Replaces the key pair of an organization, or creates its first one. During the overlap requests are signed with both
 * keys, and both are published; afterwards only with the new one.
 */
export const rotateSigningKey = defineFunction(
  'change',
  schema,
  result,
  async ({ database, box }, input, principal) => {
    const organizationId = chooseOrganization(principal, input.organization_id)
    const overlap = toMilliseconds(input.overlap)
    const { publicKey, privateKey } = generateSigningKeyPair()
    const id = newId()
    const until = await runWithActor(database, principal.actor, async (connection) => {
      const ends = await retire(connection, organizationId, overlap)
      const { rows } = await connection.query(
        ...insertSigningKey({
          id,
          organizationId,
          publicKey,
          privateKey: box.seal(privateKey, signingKeyContext(id)),
        }),
      )
      if (rows.length === 0) throw refuseSecondRotation(null)
      return ends
    })
    return {
      id,
      organization_id: organizationId,
      public_key: publicKey,
      previous_expires_at: until?.toISOString() ?? null,
    }
  },
)

/** @returns milliseconds; infinite for what is no duration */
function toMilliseconds(overlap: string | number): number {
  const given = typeof overlap === 'number' ? overlap * HOUR_MS : parseDuration(overlap)
  return given !== undefined && given >= 0 ? given : Number.POSITIVE_INFINITY
}

/**
 * Lets the current key sign for as long as the overlap takes, or deletes it at once.
 * @returns when it stops signing; null if it does not sign
 * @throws ApiError 409 if the key before it still signs, which must not stop earlier than promised
 */
async function retire(connection: Connection, organizationId: string, overlap: number): Promise<Date | null> {
  if (overlap === 0) {
    await connection.query(...deleteSigningKeys({ organizationId }))
    return null
  }
  const { rows: keys } = await connection.query(...lockSigningKeys({ organizationId }))
  const replaced = keys.find(({ expires_at: at }) => at !== null)
  if (replaced !== undefined) throw refuseSecondRotation(replaced.expires_at)
  const { rows } = await connection.query(...replaceSigningKey({ organizationId, overlap }))
  return rows[0]?.expires_at ?? null
}

/** @param until null: another rotation has just begun */
function refuseSecondRotation(until: Date | null): ApiError {
  const message =
    until === null
      ? phrase('error.keyRotatingNow')
      : phrase('error.keyRotating', { time: until.toISOString() })
  return new ApiError(409, '55000', message, {
    details: 'A retried call that was already done gets this response as well.',
    hint: phrase('hint.rotateKey'),
  })
}
