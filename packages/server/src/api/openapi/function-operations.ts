import { z } from 'zod'
import type { FunctionAccess } from '../auth/access.ts'
import type { JsonSchema } from './column-schema.ts'
import { IDEMPOTENCY_KEY, query } from './parameters.ts'
import { OF_POST, OF_READ, refer, referHeaders } from './responses.ts'

export interface FunctionDescription {
  access: FunctionAccess
  input: z.ZodType
  output: z.ZodType
}

type Operation = Record<string, unknown>

/** Describes how a function is called, as a path item. Those that only read can be called with GET. */
export function describeFunction(
  name: string,
  { access, input }: FunctionDescription,
): Record<string, Operation> {
  const result = {
    description: 'The result of the function',
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}.result` } } },
  }
  const summary = name.replaceAll('_', ' ')
  return {
    ...(access === 'read' && {
      get: {
        operationId: `read_${name}`,
        tags: ['functions'],
        summary: `${summary}, with arguments in the query string`,
        description: SHAPED,
        parameters: [...describeParameters(toSchema(input)), SELECT],
        responses: {
          200: { ...result, headers: referHeaders('Preference-Applied') },
          ...refer(...OF_READ),
        },
      },
    }),
    post: {
      operationId: `call_${name}`,
      tags: ['functions'],
      summary,
      description: SHAPED,
      parameters: [SELECT, IDEMPOTENCY_KEY],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}.arguments` } } },
      },
      responses: {
        200: { ...result, headers: referHeaders('Preference-Applied', 'Idempotent-Replayed') },
        ...refer(...OF_POST),
      },
    },
  }
}

const SELECT = query('select', 'Fields of the result')
const SHAPED = 'Filters, order, limit, offset and the header Accept shape the result as they do for tables.'

/** Without a type: generated Python does not compile with an object as a parameter. */
const ANY_OBJECT: JsonSchema = { description: 'A JSON object' }

const SIMPLE = ['string', 'integer', 'number', 'boolean']

/** Lists and objects are written as JSON; what is in an object is described once, with the arguments of the POST. */
function describeParameters({ properties = {}, required = [] }: JsonSchema): JsonSchema[] {
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (required as string[]).includes(name),
    ...(SIMPLE.includes(schema['type'] as string)
      ? { schema }
      : { content: { 'application/json': { schema: schema['type'] === 'object' ? ANY_OBJECT : schema } } }),
  }))
}

/** Describes the functions' arguments and results. Clients must accept fields that later versions add to results. */
export function describeFunctionSchemas(
  functions: Readonly<Record<string, FunctionDescription>>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(functions).flatMap(([name, { input, output }]) => [
      [`${name}.arguments`, toSchema(input)],
      [`${name}.result`, toSchema(output)],
    ]),
  )
}

function toSchema(type: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    io: 'input',
    unrepresentable: 'any',
    override: simplify,
  })
  return schema
}

/** Removes what a format says already, and the range of integers in JavaScript. */
function simplify({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if ('format' in jsonSchema) delete jsonSchema['pattern']
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum']
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum']
  delete jsonSchema['propertyNames']
  // Generated Go does not compile with it.
  if ('anyOf' in jsonSchema) delete jsonSchema['default']
}
