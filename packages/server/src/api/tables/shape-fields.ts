import { z } from 'zod'
import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import type { Said } from '../../domain/messages/phrase.ts'
import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Format, Payload } from '../../domain/shapes/formats.ts'
import { CHAT_FORMATS, FORMATS, PAYLOADS } from '../../domain/shapes/formats.ts'
import { MAX_TRANSFORM_BYTES, isChatFormat } from '../../domain/shapes/shape.ts'
import { inRow } from '../../rest/request/row-place.ts'
import { listShapes } from './sql/statements.generated.ts'

const MAX_TESTS = 20

/** A module that makes the bodies; what is wrong inside is found when it runs. */
export const transformSource = z
  .string(phrase('field.transform'))
  .refine((source) => source.trim() !== '', phrase('field.transformEmpty'))
  .refine(
    (source) => Buffer.byteLength(source) <= MAX_TRANSFORM_BYTES,
    phrase('field.large', { size: MAX_TRANSFORM_BYTES / 1_024 }),
  )
  .refine((source) => !source.includes('\0'), phrase('field.noNul'))

const transformTest = z.strictObject(
  {
    name: z
      .string(phrase('field.text'))
      .trim()
      .min(1, phrase('field.empty'))
      .max(200, phrase('field.long', { count: 200 })),
    event: z.record(z.string(), z.unknown(), phrase('field.eventBody')),
    expected: z.custom<unknown>((given) => given !== undefined, phrase('field.expectedBody')),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? phrase('field.json') : undefined) },
)

export const formatField = z.enum(FORMATS, phrase('field.oneOf', { names: FORMATS.join(', ') }))
export const payloadField = z.enum(PAYLOADS, phrase('field.oneOf', { names: PAYLOADS.join(', ') }))

/** The fields of a webhook that say how its bodies are made. */
export const shapeFields = {
  format: formatField,
  payload: payloadField,
  transform: transformSource.nullable(),
  transform_tests: z
    .array(transformTest, phrase('field.transformTests'))
    .max(MAX_TESTS, phrase('field.many', { count: MAX_TESTS }))
    .refine(
      (tests) => Buffer.byteLength(JSON.stringify(tests)) <= 512 * 1_024,
      phrase('field.large', { size: 512 }),
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
  const refuse = (field: string, problem: Said, hint: Said): ApiError =>
    new ApiError(400, '22023', inRow(index, count, ofField(field, problem)), { details: field, hint })
  if (format === 'transform' && transform === null)
    throw refuse('transform', phrase('field.transformMissing'), phrase('field.transformMissingHint'))
  if (payload === 'thin' && isChatFormat(format)) {
    const others = FORMATS.filter((one) => !(CHAT_FORMATS as readonly Format[]).includes(one))
    throw refuse(
      'payload',
      phrase('field.thinChat', { format }),
      phrase('hint.thinFormats', { names: others.join(', ') }),
    )
  }
}
