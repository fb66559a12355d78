import { z } from 'zod'
import { mapSchema } from '../src/capture/map/map-schema.ts'
import { NEEDED_COLUMNS } from '../src/capture/map/resolve-columns.ts'
import type { RecordName } from '../src/domain/event-types/records.ts'
import { RECORD_COLUMNS, RECORD_NAMES } from '../src/domain/event-types/records.ts'

/** The part of a JSON Schema that maps use. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  title?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  patternProperties?: Record<string, Schema>
  items?: Schema
  enum?: string[]
  const?: string
  anyOf?: Schema[]
  allOf?: Schema[]
  if?: Schema
  then?: Schema
  $defs?: Record<string, Schema>
}

/** The name of the schema, which does not change with versions. It is no address. */
const ID = 'urn:connectgain:webhooks:map'

/** The whole of packages/server/map.schema.json. */
export const writeMapSchema = (): string => `${JSON.stringify(mapJsonSchema(), null, 2)}\n`

/** The JSON Schema of the map as its author writes it. */
export function mapJsonSchema(): Schema {
  const { $schema, ...schema } = z.toJSONSchema(mapSchema, {
    io: 'input',
    target: 'draft-2020-12',
  }) as Schema & {
    $schema: string
  }
  const { record, ...others } = schema.$defs!
  const perRecord = { ...record, allOf: RECORD_NAMES.map(writeColumnsOf) }
  return { $schema, $id: ID, ...schema, $defs: { ...others, record: perRecord } } as Schema
}

/** Each record has columns of its own, which editors complete. */
function writeColumnsOf(name: RecordName): Schema {
  const columns = Object.entries(RECORD_COLUMNS[name]).filter(([column]) => column !== 'organization_id')
  const $ref = '#/$defs/source'
  const objects = columns.filter(([, { kind }]) => kind === 'object').map(([column]) => column)
  return {
    if: { properties: { record: { const: name } }, required: ['record'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema; nobody awaits it
    then: {
      properties: {
        columns: {
          properties: Object.fromEntries(
            columns.map(([column, { description }]) => [
              column,
              { ...(description === undefined ? {} : { description }), $ref },
            ]),
          ),
          patternProperties: Object.fromEntries(objects.map((column) => [`^${column}\\.`, { $ref }])),
          additionalProperties: false,
          required: [...NEEDED_COLUMNS[name]],
        },
      },
    },
  }
}
