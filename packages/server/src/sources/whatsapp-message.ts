import { z } from 'zod'
import { toStorable } from './items.ts'

/** WhatsApp allows 4,096 characters, and 1,024 in a caption. */
const MAX_BODY_LENGTH = 10_000

/** Text of a provider, in the form that is stored. */
const cut = (maxLength: number) => z.string().transform((given) => toStorable(given.slice(0, maxLength)))

/** An inbound message, in the form that is stored. */
export interface InboundMessage {
  /** Digits only. */
  from: string
  id: string
  type: string
  body: string | null
  media: readonly object[]
  /** ISO 8601. */
  at: string
  /** Id of the message that it replies to. */
  repliesTo: string | null
  /** True if the content of this type is read. */
  isKnown: boolean
}

/** Unix seconds, as text. */
export const seconds = z
  .string()
  .regex(/^\d{1,11}$/)
  .transform((text) => new Date(Number(text) * 1_000).toISOString())

const envelope = z.object({
  from: z
    .string()
    .regex(/^\+?\d{5,20}$/)
    .transform((number) => number.replace('+', '')),
  id: z.string().min(1).max(500).transform(toStorable),
  timestamp: seconds,
  type: z.string().min(1).max(50).transform(toStorable),
  context: z
    .object({ id: cut(500) })
    .optional()
    .catch(undefined),
})

const medium = z.object({
  id: cut(500),
  mime_type: cut(200).optional(),
  filename: cut(500).optional(),
  caption: cut(MAX_BODY_LENGTH).optional(),
  url: cut(4_000).optional(),
})

interface Content {
  body: string | null
  media?: readonly object[]
}

const readMedium = medium.transform(({ caption, ...file }): Content => ({
  body: caption ?? null,
  media: [file],
}))
const titled = z.object({ title: cut(MAX_BODY_LENGTH) })

/** Reads the content of a message, by its type. */
const CONTENTS: Readonly<Record<string, z.ZodType<Content>>> = {
  text: z.object({ body: cut(MAX_BODY_LENGTH) }).transform(({ body }) => ({ body })),
  image: readMedium,
  video: readMedium,
  audio: readMedium,
  document: readMedium,
  sticker: readMedium,
  button: z.object({ text: cut(MAX_BODY_LENGTH) }).transform(({ text }) => ({ body: text })),
  interactive: z
    .union([
      z.object({ button_reply: titled }).transform(({ button_reply }) => button_reply),
      z.object({ list_reply: titled }).transform(({ list_reply }) => list_reply),
    ])
    .transform(({ title }) => ({ body: title })),
  reaction: z.object({ emoji: cut(100).optional() }).transform(({ emoji }) => ({ body: emoji ?? null })),
  location: z
    .object({ latitude: z.number(), longitude: z.number(), name: cut(500).optional() })
    .transform(({ latitude, longitude, name }) => ({
      body: [name, `${latitude},${longitude}`].filter((part) => part !== undefined).join(' '),
    })),
}

/** Undefined if a field that every message has is missing. A message of an unknown type is read without its content. */
export function readMessage(given: Readonly<Record<string, unknown>>): InboundMessage | undefined {
  const parsed = envelope.safeParse(given)
  if (!parsed.success) return undefined
  const { from, id, timestamp, type, context } = parsed.data
  const content = Object.hasOwn(CONTENTS, type) ? CONTENTS[type]!.safeParse(given[type]) : undefined
  const { body, media = [] } = content?.success === true ? content.data : { body: null }
  const repliesTo = context?.id ?? null
  return { from, id, type, body, media, at: timestamp, repliesTo, isKnown: content?.success === true }
}
