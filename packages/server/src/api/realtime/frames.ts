import { z } from 'zod'

/** The two serializations of Phoenix: objects, and arrays with binary broadcasts. */
export const PROTOCOL_VERSIONS = ['1.0.0', '2.0.0'] as const
export type ProtocolVersion = (typeof PROTOCOL_VERSIONS)[number]

/** A message of a client. */
export interface Frame {
  /** The `ref` of the join that opened the channel; null with version 1.0.0. */
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  payload: unknown
}

const MAX_NAME_LENGTH = 255
const ref = z.union([z.string().max(MAX_NAME_LENGTH), z.number().transform(String)]).nullish()
const name = z.string().max(MAX_NAME_LENGTH)

const objectFrame = z.object({ topic: name, event: name, payload: z.unknown(), ref, join_ref: ref })
const arrayFrame = z.tuple([ref, ref, name, name, z.unknown()])

/** The kind of a binary message in which supabase-js sends a broadcast. */
const USER_BROADCAST = 3

/** Undefined for a malformed message. */
export function parseFrame(version: ProtocolVersion, data: Buffer, isBinary: boolean): Frame | undefined {
  if (isBinary) return parseBroadcast(data)
  const parsed = parseJson(data.toString('utf8'))
  if (version === '1.0.0') {
    const frame = objectFrame.safeParse(parsed).data
    return frame && { ...frame, ref: frame.ref ?? null, joinRef: frame.join_ref ?? null }
  }
  const frame = arrayFrame.safeParse(parsed).data
  if (frame === undefined) return undefined
  const [joinRef, ownRef, topic, event, payload] = frame
  return { joinRef: joinRef ?? null, ref: ownRef ?? null, topic, event, payload }
}

/** Reads the head of a binary broadcast: enough to refuse it by its `ref`. */
function parseBroadcast(data: Buffer): Frame | undefined {
  const [kind, joinRefLength = 0, refLength = 0, topicLength = 0] = data
  if (kind !== USER_BROADCAST) return undefined
  const lengths = [joinRefLength, refLength, topicLength]
  const texts: string[] = []
  let at = 7
  for (const length of lengths) {
    texts.push(data.toString('utf8', at, at + length))
    at += length
  }
  if (at > data.length) return undefined
  const [joinRef = '', ownRef = '', topic = ''] = texts
  return { joinRef: joinRef || null, ref: ownRef || null, topic, event: 'broadcast', payload: {} }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A message to a client. Its payload is JSON text, which several clients share. */
export interface OutgoingFrame {
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  payload: string
}

/** Takes messages to one client. */
export interface FrameSink {
  send(frame: OutgoingFrame): void
}

export function writeFrame(
  version: ProtocolVersion,
  { joinRef, ref: ownRef, topic, event, payload }: OutgoingFrame,
): string {
  const [r, t, e] = [JSON.stringify(ownRef), JSON.stringify(topic), JSON.stringify(event)]
  return version === '1.0.0'
    ? `{"ref":${r},"topic":${t},"event":${e},"payload":${payload}}`
    : `[${JSON.stringify(joinRef)},${r},${t},${e},${payload}]`
}
