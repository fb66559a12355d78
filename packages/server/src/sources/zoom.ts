import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { isSame } from '../domain/signature/constant-time.ts'
import type { Items, Turn } from './items.ts'
import { toStorable } from './items.ts'
import { storeRecording } from './sql/statements.generated.ts'

/** Allowed difference between Zoom's clock and ours, and the maximum delay of a request. */
const TOLERANCE_SECONDS = 300

/** Verifies `x-zm-signature`: `v0=` and the hex HMAC-SHA256 of `v0:<x-zm-request-timestamp>:<body>`. */
export function isSignedByZoom(
  headers: IncomingHttpHeaders,
  body: Buffer,
  secret: string,
  now: number,
): boolean {
  const timestamp = String(headers['x-zm-request-timestamp'] ?? '')
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
  return isSame(String(headers['x-zm-signature'] ?? ''), expected)
}

/**
 * Excludes everything that looks like signed content: otherwise a caller could choose the text to sign and forge a
 * signature.
 */
const validation = z.object({
  event: z.literal('endpoint.url_validation'),
  payload: z.object({ plainToken: z.string().regex(/^[\w.~+/=-]{1,200}$/) }),
})

/**
 * Returns the response to Zoom's URL validation, which proves that we know the secret; undefined for any other payload.
 */
export function answerValidation(payload: unknown, secret: string): object | undefined {
  const parsed = validation.safeParse(payload)
  if (!parsed.success) return undefined
  const { plainToken } = parsed.data.payload
  return { plainToken, encryptedToken: createHmac('sha256', secret).update(plainToken).digest('hex') }
}

/** Maximum of PostgreSQL's integer. */
const MAX_MINUTES = 2_147_483_647
const MAX_FILES = 100

const text = (maxLength: number) =>
  z
    .string()
    .transform((given) => toStorable(given.slice(0, maxLength)))
    .optional()
    .catch(undefined)
/** Normalized, because the database rejects the year 0 and offsets beyond 15 hours. */
const time = z.iso
  .datetime({ offset: true })
  .transform((given) => new Date(given))
  .refine((date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999)
  .transform((date) => date.toISOString())
const minutes = z.int().min(0).max(MAX_MINUTES)

const recording = z.object({
  event: z.literal('recording.completed'),
  payload: z.object({
    object: z.object({
      uuid: z.string().min(1).max(500).transform(toStorable),
      id: z
        .union([z.string().max(100), z.number()])
        .transform((id) => toStorable(String(id)))
        .optional(),
      topic: text(1_000),
      host_email: text(500),
      start_time: z.unknown().optional(),
      duration: z.unknown().optional(),
      share_url: text(4_000),
      recording_files: z
        .array(
          z.object({
            id: text(500),
            file_type: text(100),
            recording_type: text(200),
            play_url: text(4_000),
            download_url: text(4_000),
            file_size: z.int().min(0).optional().catch(undefined),
          }),
        )
        .default([]),
    }),
  }),
})

type Recording = z.infer<typeof recording>['payload']['object']

/**
 * Reads the completed recording of a payload. It is written to its meeting, which emits `zoom.recording.completed`
 * once. Zoom's download token is not stored.
 */
export function readZoom(organizationId: string, payload: unknown): Items {
  const { event } = z.object({ event: z.string() }).catch({ event: '' }).parse(payload)
  if (event !== 'recording.completed') {
    return { take: [], notUnderstood: [`event ${event.slice(0, 100) || 'without a name'}`] }
  }
  const parsed = recording.safeParse(payload)
  if (!parsed.success) return { take: [], notUnderstood: ['recording.completed that cannot be read'] }
  const { object } = parsed.data.payload
  const notUnderstood: string[] = []
  const read = <T>(name: 'start_time' | 'duration', schema: z.ZodType<T>): T | null => {
    const given = object[name]
    const result = schema.safeParse(given)
    if (!result.success && given !== undefined && given !== null) {
      notUnderstood.push(`recording.completed without its ${name}, which cannot be read`)
    }
    return result.data ?? null
  }
  const startsAt = read('start_time', time)
  const lasts = read('duration', minutes)
  if (object.recording_files.length > MAX_FILES) {
    notUnderstood.push(`recording.completed without its files beyond the first ${MAX_FILES}`)
  }
  return { take: [(turn) => takeRecording(turn, organizationId, object, startsAt, lasts)], notUnderstood }
}

async function takeRecording(
  { connection }: Turn,
  organizationId: string,
  object: Recording,
  startsAt: string | null,
  lasts: number | null,
): Promise<undefined> {
  const files = object.recording_files.slice(0, MAX_FILES).map((file) => ({
    id: file.id,
    type: file.file_type,
    recording_type: file.recording_type,
    url: file.download_url ?? file.play_url,
    play_url: file.play_url,
    size: file.file_size,
  }))
  await connection.query(
    ...storeRecording({
      organizationId,
      externalId: object.uuid,
      meetingNumber: object.id ?? null,
      title: object.topic ?? null,
      hostEmail: object.host_email ?? null,
      startsAt,
      durationMinutes: lasts,
      files: JSON.stringify(files),
      shareUrl: object.share_url ?? null,
    }),
  )
}
