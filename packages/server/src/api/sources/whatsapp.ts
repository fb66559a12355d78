import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { isDatabaseError } from '../../db/database.ts'
import type { Connection } from '../../db/database.ts'
import { loadStatement } from '../../db/statement.ts'
import { isSame } from '../constant-time.ts'
import type { Source } from './source-store.ts'
import { advance } from './statuses.ts'
import { readMessage, seconds } from './whatsapp-message.ts'

const lockSender = loadStatement(import.meta.url, 'lock-sender')
const storeMessage = loadStatement(import.meta.url, 'store-message')

/** `X-Hub-Signature-256`: `sha256=` and the hex HMAC-SHA256 of the body. */
export function isSignedByMeta(headers: IncomingHttpHeaders, body: Buffer, secret: string): boolean {
  const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  return isSame(String(headers['x-hub-signature-256'] ?? ''), expected)
}

const handshake = z.object({
  'hub.mode': z.literal('subscribe'),
  'hub.verify_token': z.string(),
  // It is sent back: nothing that could be more than a number or a word.
  'hub.challenge': z.string().regex(/^[\w-]{1,200}$/),
})

/** What the handshake is answered with; undefined: it is not for us. */
export function answerHandshake(query: unknown, verifyToken: string | undefined): string | undefined {
  const parsed = handshake.safeParse(query)
  if (!parsed.success || verifyToken === undefined) return undefined
  return isSame(parsed.data['hub.verify_token'], verifyToken) ? parsed.data['hub.challenge'] : undefined
}

const item = z.record(z.string(), z.unknown())

const account = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(z.object({ changes: z.array(z.object({ field: z.string(), value: z.unknown() })) })),
})

const value = z.object({
  contacts: z
    .array(z.object({ wa_id: z.string(), profile: z.object({ name: z.string() }).optional() }))
    .catch([])
    .default([]),
  messages: z.array(item).default([]),
  statuses: z.array(item).default([]),
})

const status = z.object({
  id: z.string().min(1).max(500),
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  timestamp: seconds,
  errors: z
    .array(
      z.object({ code: z.number().optional(), title: z.string().optional(), message: z.string().optional() }),
    )
    .optional()
    .catch(undefined),
})

/**
 * Writes messages and their statuses to the CRM, whose triggers emit the events. Each by itself: one that cannot be stored keeps
 * back none of the others. @returns what of the payload was not understood
 */
export async function takeFromWhatsApp(
  connection: Connection,
  source: Source,
  payload: unknown,
): Promise<string[]> {
  const parsed = account.safeParse(payload)
  if (!parsed.success) return ['a payload that is none of a WhatsApp Business account']
  const kept: string[] = []
  for (const change of parsed.data.entry.flatMap(({ changes }) => changes)) {
    const read = value.safeParse(change.value)
    if (change.field !== 'messages' || !read.success) {
      kept.push(`change of ${change.field.slice(0, 100)}`)
      continue
    }
    const { contacts, messages, statuses } = read.data
    const names = new Map(contacts.map(({ wa_id, profile }) => [wa_id, profile?.name]))
    for (const message of messages) {
      kept.push(...(await takeOne(connection, () => takeMessage(connection, source, message, names))))
    }
    for (const given of statuses) {
      kept.push(...(await takeOne(connection, () => takeStatus(connection, source, given))))
    }
  }
  return kept
}

type Item = z.infer<typeof item>

async function takeOne(connection: Connection, take: () => Promise<string[]>): Promise<string[]> {
  await connection.execute('savepoint one_item')
  try {
    const kept = await take()
    await connection.execute('release savepoint one_item')
    return kept
  } catch (error) {
    // Refused for what it says: sent again it would be refused again.
    if (!isDatabaseError(error) || !/^2[23]/.test(error.code)) throw error
    await connection.execute('rollback to savepoint one_item')
    return [`an item that cannot be stored (${error.code})`]
  }
}

async function takeMessage(
  connection: Connection,
  { organizationId }: Source,
  given: Item,
  names: ReadonlyMap<string, string | undefined>,
): Promise<string[]> {
  const message = readMessage(given)
  if (message === undefined) return ['a message that cannot be read']
  await connection.query(lockSender, [organizationId, message.from])
  await connection.query(storeMessage, [
    organizationId,
    message.from,
    names.get(message.from) ?? null,
    message.id,
    message.type,
    message.body,
    JSON.stringify(message.media),
    message.at,
    message.answers,
  ])
  return message.isKnown ? [] : [`a message of type ${message.type}`]
}

async function takeStatus(
  connection: Connection,
  { organizationId }: Source,
  given: Item,
): Promise<string[]> {
  const parsed = status.safeParse(given)
  if (!parsed.success) return ['a status that cannot be read']
  const { id, status: reached, timestamp, errors = [] } = parsed.data
  const error = errors
    .map(({ code, title, message }) =>
      [code, title ?? message].filter((part) => part !== undefined).join(' '),
    )
    .join('; ')
  const isKnown = await advance(connection, {
    organization_id: organizationId,
    external_id: id,
    status: reached,
    reached_at: timestamp,
    error: error === '' ? null : error.slice(0, 2_000),
  })
  return isKnown ? [] : [`the status ${reached} of a message that is not known`]
}
