import type { Connection, Database } from '../database/database.ts'
import { sourceSecretContext, verifyTokenContext } from '../secrets/sealed-columns.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import { toStorableText } from '../domain/storable-text.ts'
import {
  findSource as findSourceStatement,
  keepPayload as keepPayloadStatement,
} from './sql/statements.generated.ts'

export const KEPT_BYTES = 64 * 1024
/** Limit on all payloads kept for an organization; the oldest are deleted first. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024

export const PROVIDERS = ['zoom', 'whatsapp'] as const
export type Provider = (typeof PROVIDERS)[number]

/** A source with its secrets decrypted: only held in memory. */
export interface Source {
  id: string
  organizationId: string
  provider: Provider
  secret: string
  verifyToken: string | undefined
}

/** Undefined if the organization has no source of this provider. */
export async function findSource(
  database: Database,
  box: SecretBox,
  provider: Provider,
  organizationId: string,
): Promise<Source | undefined> {
  const { rows } = await database.query(...findSourceStatement({ organizationId, provider }))
  const [row] = rows
  if (row === undefined) return undefined
  return {
    id: row.id,
    organizationId,
    provider,
    secret: box.open(row.secret, sourceSecretContext(row.id)),
    verifyToken:
      row.verify_token === null ? undefined : box.open(row.verify_token, verifyTokenContext(row.id)),
  }
}

/** Keeps a payload that was not understood, so that people can inspect it. */
export async function keepPayload(
  connection: Connection,
  { organizationId, provider }: Pick<Source, 'organizationId' | 'provider'>,
  reason: string,
  payload: Buffer,
): Promise<void> {
  await connection.query(
    ...keepPayloadStatement({
      organizationId,
      provider,
      reason: toStorableText(Buffer.from(reason)),
      payload: toStorableText(payload.subarray(0, KEPT_BYTES)),
      maxBytes: MAX_KEPT_BYTES,
    }),
  )
}
