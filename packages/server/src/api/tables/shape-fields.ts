import { z } from 'zod'
import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Format, Payload } from '../../domain/shapes/shape.ts'
import {
  CHAT_FORMATS,
  FORMATS,
  MAX_TRANSFORM_BYTES,
  PAYLOADS,
  isChatFormat,
} from '../../domain/shapes/shape.ts'
import { inRow } from '../../rest/request/row-place.ts'
import { listShapes } from './sql/statements.generated.ts'

const MAX_TESTS = 20

/** A module that makes the bodies; what is wrong inside is found when it runs. */
export const transformSource = z
  .string('must be the text of a JavaScript module, or null for none')
  .refine((source) => source.trim() !== '', 'must not be empty; use null for none')
  .refine(
    (source) => Buffer.byteLength(source) <= MAX_TRANSFORM_BYTES,
    `must not be longer than ${MAX_TRANSFORM_BYTES / 1_024} KiB`,
  )
  .refine((source) => !source.includes('\0'), 'must not contain the character U+0000')

const transformTest = z.strictObject({
  name: z.string('must be a string').trim().min(1, 'must not be empty').max(200),
  event: z.record(z.string(), z.unknown(), 'must be the body of an event'),
  expected: z.unknown(),
})

export const formatField = z.enum(FORMATS, `must be one of ${FORMATS.join(', ')}`)
export const payloadField = z.enum(PAYLOADS, `must be one of ${PAYLOADS.join(', ')}`)

/** The fields of a webhook that say how its bodies are made. */
export const shapeFields = {
  format: formatField,
  payload: payloadField,
  transform: transformSource.nullable(),
  transform_tests: z
    .array(transformTest, 'must be a list of tests')
    .max(MAX_TESTS, `must not list more than ${MAX_TESTS}`)
    .refine(
      (tests) => Buffer.byteLength(JSON.stringify(tests)) <= 512 * 1_024,
      'must not be longer than 512 KiB together',
    ),
}

interface GivenShape {
  format?: Format | undefined
  payload?: Payload | undefined
  transform?: string | null | undefined
}

/** The shapes of webhooks that a change of one of its parts may no longer fit. */
export async function readShapes(
  connection: Connection,
  { format, payload, transform }: GivenShape,
  ids: readonly string[],
): Promise<GivenShape[]> {
  if (format === undefined && payload === undefined && transform === undefined) return []
  const { rows } = await connection.query(...listShapes({ ids: plainArray(ids) }))
  // Checks of the table allow no other values.
  return rows as GivenShape[]
}

/** @throws ApiError when format, payload and transform do not fit together */
export function requireFittingShape(
  { format = 'connectgain', payload = 'full', transform = null }: GivenShape,
  { index, count } = { index: 0, count: 1 },
): void {
  const refuse = (field: string, message: string, hint: string): ApiError =>
    new ApiError(400, '22023', inRow(index, count, `${field}: ${message}`), { details: field, hint })
  if (format === 'transform' && transform === null)
    throw refuse(
      'transform',
      'is required with the format transform',
      'Send the source of the transform too.',
    )
  if (payload === 'thin' && isChatFormat(format)) {
    const others = FORMATS.filter((one) => !(CHAT_FORMATS as readonly Format[]).includes(one))
    throw refuse(
      'payload',
      `cannot be thin with the format ${format}, whose messages name the record`,
      `Formats with thin payloads: ${others.join(', ')}.`,
    )
  }
}
