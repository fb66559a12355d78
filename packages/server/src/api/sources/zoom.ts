import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Connection } from '../../db/database.ts'
import { loadStatement } from '../../db/statement.ts'
import { isSame } from '../constant-time.ts'
import type { Source } from './source-store.ts'

const storeRecording = loadStatement(import.meta.url, 'store-recording')

/** How far Zoom's clock and ours may be apart, and how late a request may be. */
const TOLERANCE_SECONDS = 300

/** `x-zm-signature`: `v0=` and the hex HMAC-SHA256 of `v0:<x-zm-request-timestamp>:<body>`. */
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

/** Nothing that could be taken for the text of a signature: whoever may choose what is signed could forge one. */
const validation = z.object({
  event: z.literal('endpoint.url_validation'),
  payload: z.object({ plainToken: z.string().regex(/^[\w.~+/=-]{1,200}$/) }),
})

/** The answer to Zoom's question whether this address knows the secret; undefined for anything else. */
export function answerValidation(payload: unknown, secret: string): object | undefined {
  const parsed = validation.safeParse(payload)
  if (!parsed.success) return undefined
  const { plainToken } = parsed.data.payload
  return { plainToken, encryptedToken: createHmac('sha256', secret).update(plainToken).digest('hex') }
}

const text = z.string().optional().catch(undefined)
const whole = z.int().min(0).optional().catch(undefined)

const recording = z.object({
  event: z.literal('recording.completed'),
  payload: z.object({
    object: z.object({
      uuid: z.string().min(1).max(500),
      id: z.union([z.string(), z.number()]).optional(),
      topic: text,
      host_email: text,
      start_time: z.iso.datetime({ offset: true }).optional().catch(undefined),
      duration: whole,
      share_url: text,
      recording_files: z
        .array(
          z.object({
            id: text,
            file_type: text,
            recording_type: text,
            play_url: text,
            download_url: text,
            file_size: whole,
          }),
        )
        .default([]),
    }),
  }),
})

/**
 * Writes a completed recording to its meeting, which emits `zoom.recording.completed`, once. The token that Zoom sends along for
 * downloads is not kept. @returns what of the payload was not understood
 */
export async function takeFromZoom(
  connection: Connection,
  source: Source,
  payload: unknown,
): Promise<string[]> {
  const { event } = z.object({ event: z.string() }).catch({ event: '' }).parse(payload)
  if (event !== 'recording.completed') return [`event ${event.slice(0, 100) || 'without a name'}`]
  const parsed = recording.safeParse(payload)
  if (!parsed.success) return ['recording.completed that cannot be read']
  const { object } = parsed.data.payload
  const files = object.recording_files.map((file) => ({
    id: file.id,
    type: file.file_type,
    recording_type: file.recording_type,
    url: file.download_url ?? file.play_url,
    play_url: file.play_url,
    size: file.file_size,
  }))
  await connection.query(storeRecording, [
    source.organizationId,
    object.uuid,
    object.id === undefined ? null : String(object.id),
    object.topic ?? null,
    object.host_email ?? null,
    object.start_time ?? null,
    object.duration ?? null,
    JSON.stringify(files),
    object.share_url ?? null,
  ])
  return []
}
