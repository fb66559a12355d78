import type { Connection } from '../../database/database.ts'
import type { TestBody } from '../../sender/checkup/prober.ts'
import { chooseType, writeBody } from './test-event.ts'

type Data = Record<string, unknown>

/** A type that no catalog has, now or later. */
const UNKNOWN_EVENT = 'checkup.unknown_event'
/** Beyond the Basic Multilingual Plane, joined by invisible characters, from right to left, and combined. */
const EMOJI = '👩‍👩‍👧‍👦 👍🏽 José 你好 مرحبا'
/** Fields of texts that people write, which a CRM fills with emoji sooner or later. */
const WRITTEN_FIELDS = ['first_name', 'title', 'subject', 'body', 'topic', 'name', 'text', 'description']
/** As much data as an event may have. */
const LARGE_BYTES = 256 * 1024

/** The bodies of a check-up's requests: the example of an event type that the webhook gets, and variations of it. */
export async function writeCheckupBodies(
  connection: Connection,
  events: readonly string[],
  now: number,
): Promise<Record<'plain' | 'unknown' | 'emoji' | 'large', TestBody>> {
  const type = await chooseType(connection, undefined, events)
  const example = type.example as Data
  const write = async (name: string, data: Data, previous: unknown): Promise<TestBody> => {
    const written = { name, example: JSON.stringify(data), previous }
    return { event: name, body: await writeBody(connection, written, now) }
  }
  return {
    plain: await write(type.name, example, type.previous),
    unknown: await write(UNKNOWN_EVENT, example, undefined),
    emoji: await write(type.name, { ...example, ...withEmoji(example) }, type.previous),
    large: await write(type.name, enlarge(example), type.previous),
  }
}

function withEmoji(example: Data): Data {
  const field = WRITTEN_FIELDS.find((name) => typeof example[name] === 'string') ?? 'checkup_text'
  return { [field]: EMOJI }
}

/** In a field of its own, which receivers ignore: a text that is too long for its column would be another fault. */
function enlarge(example: Data): Data {
  const missing = LARGE_BYTES - Buffer.byteLength(JSON.stringify({ ...example, checkup_filler: '' }))
  return { ...example, checkup_filler: 'x'.repeat(Math.max(0, missing)) }
}
