import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { isSame } from '../domain/signature/constant-time.ts'
import type { Items, TakeItem, Turn } from './items.ts'
import { toStorable } from './items.ts'
import { lockSender, storeMessage } from './sql/statements.generated.ts'
import { advance, storeEarlyStatus } from './statuses.ts'
import { readMessage, seconds } from './whatsapp-message.ts'

const MAX_NAME_LENGTH = 200
const MAX_ERRORS = 10
const MAX_ERROR_LENGTH = 2_000

/** Verifies `X-Hub-Signature-256`: `sha256=` and the hex HMAC-SHA256 of the body. */
export function isSignedByMeta(headers: IncomingHttpHeaders, body: Buffer, secret: string): boolean {
  const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  return isSame(String(headers['x-hub-signature-256'] ?? ''), expected)
}

const handshake = z.object({
  'hub.mode': z.literal('subscribe'),
  'hub.verify_token': z.string(),
  // The response echoes it, so it may only be a number or a word.
  'hub.challenge': z.string().regex(/^[\w-]{1,200}$/),
})

/** Returns the response to the handshake; undefined if it is not meant for us. */
export function answerHandshake(query: unknown, verifyToken: string | undefined): string | undefined {
  const parsed = handshake.safeParse(query)
  if (!parsed.success || verifyToken === undefined) return undefined
  return isSame(parsed.data['hub.verify_token'], verifyToken) ? parsed.data['hub.challenge'] : undefined
}

const account = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: z.array(z.object({ changes: z.array(z.object({ field: z.string(), value: z.unknown() })) })),
})

const list = z.array(z.unknown())
/** Each item is parsed later, when it is taken in. */
const value = z.object({
  contacts: list.catch([]).default([]),
  messages: list.default([]),
  statuses: list.default([]),
})
const item = z.record(z.string(), z.unknown())
const contact = z.object({ wa_id: z.string(), profile: z.object({ name: z.string() }) })

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
 * Reads the messages and statuses of a payload. Each is written to the CRM, whose triggers emit the events. At most
 * `maxItems` sender names are read.
 */
export function readWhatsApp(organizationId: string, payload: unknown, maxItems: number): Items {
  const parsed = account.safeParse(payload)
  if (!parsed.success) {
    return { take: [], notUnderstood: ['a payload that is not from a WhatsApp Business account'] }
  }
  const take: TakeItem[] = []
  const notUnderstood: string[] = []
  for (const change of parsed.data.entry.flatMap(({ changes }) => changes)) {
    const read = value.safeParse(change.value)
    if (change.field !== 'messages' || !read.success) {
      notUnderstood.push(`change of ${change.field.slice(0, 100)}`)
      continue
    }
    const { contacts, messages, statuses } = read.data
    const names = readNames(contacts.slice(0, maxItems))
    for (const given of messages) take.push((turn) => takeMessage(turn, organizationId, given, names))
    for (const given of statuses) take.push((turn) => takeStatus(turn, organizationId, given))
  }
  return { take, notUnderstood }
}

function readNames(contacts: readonly unknown[]): ReadonlyMap<string, string> {
  const parsed = contacts.flatMap((given) => contact.safeParse(given).data ?? [])
  return new Map(parsed.map(({ wa_id, profile }) => [wa_id, profile.name.slice(0, MAX_NAME_LENGTH)]))
}

async function takeMessage(
  { connection }: Turn,
  organizationId: string,
  given: unknown,
  names: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const message = readMessage(item.safeParse(given).data ?? {})
  if (message === undefined) return 'a message that cannot be read'
  const name = names.get(message.from)
  await connection.query(...lockSender({ organizationId, phone: message.from }))
  await connection.query(
    ...storeMessage({
      organizationId,
      phone: message.from,
      name: name === undefined ? null : toStorable(name),
      externalId: message.id,
      type: message.type,
      body: message.body,
      media: JSON.stringify(message.media),
      createdAt: message.at,
      repliesTo: message.repliesTo,
    }),
  )
  return message.isKnown ? undefined : `a message of type ${message.type}`
}

async function takeStatus(turn: Turn, organizationId: string, given: unknown): Promise<string | undefined> {
  const parsed = status.safeParse(given)
  if (!parsed.success) return 'a status that cannot be read'
  const { id, status: name, timestamp, errors = [] } = parsed.data
  const error = errors
    .slice(0, MAX_ERRORS)
    .map(({ code, title, message }) =>
      [code, title ?? message].filter((part) => part !== undefined).join(' '),
    )
    .join('; ')
  const reached = {
    organizationId,
    externalId: toStorable(id),
    status: name,
    reachedAt: timestamp,
    error: error === '' ? null : toStorable(error.slice(0, MAX_ERROR_LENGTH)),
  }
  if (await advance(turn.connection, reached)) return undefined
  if (turn.freeEarlySlots <= 0) return `the status ${name} of an unknown message, like too many others`
  turn.freeEarlySlots -= 1
  await storeEarlyStatus(turn.connection, reached)
  return `the status ${name} of an unknown message`
}
