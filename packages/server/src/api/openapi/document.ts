import { VERSION } from '../../settings/version.ts'
import type { Column } from '../../rest/schema-cache/schema.ts'
import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import { TABLE_FACTS } from './column-facts.ts'
import { describeColumn } from './column-schema.ts'
import type { ColumnUse, JsonSchema } from './column-schema.ts'
import { describeFunction, describeFunctionSchemas } from './function-operations.ts'
import type { FunctionDescription } from './function-operations.ts'
import { KEY_SET_PATH, describeKeySet, keySetSchema } from './key-set-operation.ts'
import { describeSession, sessionSchema } from './session-operations.ts'
import { HEADERS, describeRefusals } from './responses.ts'
import { describeOperations } from './table-operations.ts'

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
    ([name, described]) => [`/rpc/${name}`, describeFunction(name, described)] as const,
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
        api_error: errorSchema,
        coded_text: codedTextSchema,
        session: sessionSchema,
        ...(hasKeys ? { key_set: keySetSchema } : {}),
        ...Object.fromEntries(tables.flatMap(describeSchemas)),
        ...describeFunctionSchemas(functions),
      },
      responses: describeRefusals(),
      headers: HEADERS,
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

const CODED_TEXT = { $ref: '#/components/schemas/coded_text' }

/** A text of the server, for programs: docs/api.md#in-other-languages. */
const codedTextSchema: JsonSchema = {
  type: 'object',
  required: ['code', 'params'],
  properties: {
    code: { type: 'string' },
    params: {
      type: 'object',
      additionalProperties: {},
      description: 'Each is a number, a name, or a text with a code of its own',
    },
  },
}

const errorSchema: JsonSchema = {
  type: 'object',
  required: ['code', 'message', 'details', 'hint'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    details: {},
    hint: nullableText,
    problems: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'params'],
        properties: {
          field: { type: ['string', 'null'] },
          code: { type: 'string' },
          params: { type: 'object', additionalProperties: {} },
        },
      },
    },
    advice: CODED_TEXT,
  },
}

/** What a row has beside its columns: the codes of its texts. */
function withCodes(row: { properties: JsonSchema }, columns: TableDescription['readable']): JsonSchema {
  const texts = columns.filter(({ comment }) => comment?.includes('@message'))
  if (texts.length === 0) return { type: 'object', ...row }
  const codes = {
    type: 'object',
    properties: Object.fromEntries(texts.map(({ name }) => [name, CODED_TEXT])),
    description: 'The codes of its texts, for other languages. Only where select names it',
  }
  return { type: 'object', properties: { ...row.properties, codes } }
}

function describeSchemas({ name, comment, readable, insertable, updatable }: TableDescription) {
  const describeRow = (columns: TableDescription['readable'], use: ColumnUse) => ({
    type: 'object',
    properties: Object.fromEntries(columns.map((column) => [column.name, describeColumn(name, column, use)])),
  })
  const required = insertable
    .filter((column) => !column.isNullable && column.default === null)
    .map((column) => column.name)
  const schemas: [string, JsonSchema][] = [
    [
      name,
      {
        ...withCodes(describeRow(readable, 'read'), readable),
        ...(comment === null ? {} : { description: comment }),
      },
    ],
  ]
  if (insertable.length > 0) {
    schemas.push([
      `${name}.insert`,
      { ...describeRow(insertable, 'write'), required, additionalProperties: false },
    ])
  }
  if (insertable.length > 0 || updatable.length > 0) {
    const shownOnce = TABLE_FACTS[name]?.shownOnce ?? {}
    // In generated Go, `has_secret` and what tells whether `secret` is there would have the same name.
    const isShown = (column: Column): boolean => !(column.name.replace(/^has_/, '') in shownOnce)
    const { properties } = describeRow(readable.filter(isShown), 'read') as { properties: JsonSchema }
    schemas.push([`${name}.written`, { type: 'object', properties: { ...properties, ...shownOnce } }])
  }
  if (updatable.length > 0) {
    schemas.push([`${name}.update`, { ...describeRow(updatable, 'write'), additionalProperties: false }])
  }
  return schemas
}
