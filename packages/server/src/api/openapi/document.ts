import { z } from 'zod'
import { VERSION } from '../../settings/version.ts'
import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import { describeColumn } from './column-schema.ts'
import type { ColumnUse } from './column-schema.ts'
import type { JsonSchema } from './column-schema.ts'
import { KEY_SET_PATH, describeKeySet, keySetSchema } from './key-set-operation.ts'
import { describeSession, sessionSchema } from './session-operations.ts'
import { describeOperations, idempotencyKey } from './table-operations.ts'

export interface FunctionDescription {
  input: z.ZodType
  output: z.ZodType
}

export interface OpenApiDocument {
  openapi: string
  info: Record<string, unknown>
  servers: readonly object[]
  security: readonly object[]
  paths: Record<string, Record<string, unknown>>
  components: { schemas: Record<string, JsonSchema>; [kind: string]: unknown }
}

/** Writes the document of everything that a role may do, from the catalog and the functions' schemas. */
export function writeOpenApi(
  tables: readonly TableDescription[],
  functions: Readonly<Record<string, FunctionDescription>>,
  maySignIn = true,
): OpenApiDocument {
  const hasKeys = tables.some(({ name, readable }) => name === 'webhook_signing_keys' && readable.length > 0)
  const tablePaths = tables.map((table) => [`/${table.name}`, describeOperations(table)] as const)
  const functionPaths = Object.entries(functions).map(
    ([name, { input }]) => [`/rpc/${name}`, { post: describeCall(name, input) }] as const,
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'ConnectGain Webhooks',
      version: VERSION,
      description: 'Tables served like PostgREST does, and functions. See docs/api.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/rest/v1' }],
    security: [{ apikey: [] }, { bearer: [] }, ...(maySignIn ? [{ session: [] }] : [])],
    paths: {
      ...Object.fromEntries([...tablePaths, ...functionPaths]),
      ...(maySignIn ? { '/session': describeSession() } : {}),
      ...(hasKeys ? { [KEY_SET_PATH]: describeKeySet() } : {}),
    },
    components: {
      schemas: {
        error: errorSchema,
        session: sessionSchema,
        ...(hasKeys ? { key_set: keySetSchema } : {}),
        ...Object.fromEntries(tables.flatMap(describeSchemas)),
        ...describeResults(functions),
      },
      responses: {
        refused: { description: 'Refused', content: json({ $ref: '#/components/schemas/error' }) },
      },
      securitySchemes: {
        apikey: { type: 'apiKey', in: 'header', name: 'apikey' },
        bearer: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'webhooks_session',
          description:
            'Set by POST /session. Requests that change something also require the header X-Webhooks-Session: 1.',
        },
      },
    },
  }
}

const nullableText = { type: ['string', 'null'] }

const errorSchema: JsonSchema = {
  type: 'object',
  required: ['code', 'message', 'details', 'hint'],
  properties: { code: { type: 'string' }, message: { type: 'string' }, details: {}, hint: nullableText },
}

const json = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } })

function describeSchemas({ name, comment, readable, insertable, updatable }: TableDescription) {
  const describeRow = (columns: TableDescription['readable'], use: ColumnUse): JsonSchema => ({
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, describeColumn(name, column, use)])),
  })
  const required = insertable
    .filter((column) => !column.isNullable && column.default === null)
    .map((column) => column.name)
  const schemas: [string, JsonSchema][] = [
    [name, { ...describeRow(readable, 'read'), ...(comment === null ? {} : { description: comment }) }],
  ]
  if (insertable.length > 0) {
    schemas.push([
      `${name}.insert`,
      { ...describeRow(insertable, 'write'), required, additionalProperties: false },
    ])
  }
  if (updatable.length > 0) {
    schemas.push([`${name}.update`, { ...describeRow(updatable, 'write'), additionalProperties: false }])
  }
  return schemas
}

/** Describes the functions' results. Clients must accept fields that later versions add. */
function describeResults(
  functions: Readonly<Record<string, FunctionDescription>>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, { output }]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(output, { io: 'input', override: simplify })
      return [`${name}.result`, schema]
    }),
  )
}

/** Removes what a format says already, and the range of integers in JavaScript. */
function simplify({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if ('format' in jsonSchema) delete jsonSchema['pattern']
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum']
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum']
  delete jsonSchema['propertyNames']
}

function describeCall(name: string, input: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  return {
    operationId: `call_${name}`,
    tags: ['functions'],
    summary: name.replaceAll('_', ' '),
    description:
      'The query parameters of tables (select, filters, order, limit, offset) and the header Accept shape the result, which then has fewer fields.',
    parameters: [idempotencyKey],
    requestBody: { required: true, content: json(schema) },
    responses: {
      200: {
        description: 'The result of the function',
        content: json({ $ref: `#/components/schemas/${name}.result` }),
      },
      '4XX': { $ref: '#/components/responses/refused' },
      '5XX': { $ref: '#/components/responses/refused' },
    },
  }
}
