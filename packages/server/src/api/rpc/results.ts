import { z } from 'zod'

/** Parts of the results of functions. The schemas allow more fields than they name: later versions add some. */

export const count = z.int().min(0)

export const time = z.iso.datetime()

/** What the program says, for other languages: by field. */
export const messageCodes = z.record(
  z.string(),
  z.object({ code: z.string(), params: z.record(z.string(), z.unknown()) }),
)

/** The fields of an attempt that a function has made. */
export const attemptFields = {
  status: z.enum(['success', 'failed']),
  response_code: z.int().nullable().describe('Null without a response'),
  duration_ms: z.int().min(0),
  response_body: z
    .string()
    .nullable()
    .describe('The first 16 KiB. Not text in UTF-8: a data: URL with the media type, base64'),
  error_message: z.string().nullable(),
  diagnosis: z.string().nullable().describe('What to do about the failure'),
  codes: messageCodes.describe('The codes of error_message and diagnosis, for other languages'),
  log_id: z.guid().describe('Its row in webhook_logs'),
}

export const attempt = z.object(attemptFields)

/** The result of bulk work. */
export const redelivery = z.object({
  matched: count.nullable().describe('Null if there are too many events to count'),
  queued: count.nullable().describe('0 in a dry run; otherwise as matched'),
  redelivery_id: z.guid().optional().describe('Its row in webhook_redeliveries; missing in a dry run'),
})
