import type { Connection, Database } from '../database/database.ts'
import { loadStatement } from '../database/statement.ts'
import { sourceSecretContext, verifyTokenContext } from '../secrets/sealed-columns.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import { toStorableText } from '../domain/storable-text.ts'

const findSourceStatement = loadStatement(import.meta.url, 'find-source')
const keepPayloadStatement = loadStatement(import.meta.url, 'keep-payload')

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

interface SourceRow {
  id: string
  secret: string
  verify_token: string | null
}

/** Undefined if the organization has no source of this provider. */
export async function findSource(
  database: Database,
  box: SecretBox,
  provider: Provider,
  organizationId: string,
): Promise<Source | undefined> {
  const { rows } = await database.query<SourceRow>(findSourceStatement, [organizationId, provider])
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
  const text = toStorableText(payload.subarray(0, KEPT_BYTES))
  const params = [organizationId, provider, toStorableText(Buffer.from(reason)), text, MAX_KEPT_BYTES]
  await connection.query(keepPayloadStatement, params)
}
