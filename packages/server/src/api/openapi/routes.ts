import { phrase } from '../../domain/messages/phrase.ts'
import type { FastifyInstance } from 'fastify'
import { requireFunctionAccess, requireTableAccess } from '../auth/access.ts'
import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import type { Principal } from '../../domain/principal.ts'
import { OPERATOR, scopeOf } from '../../domain/principal.ts'
import type { Rest } from '../../rest/rest.ts'
import type { RpcFunction } from '../rpc/rpc.ts'
import { ApiError } from '../../domain/errors.ts'
import { readHeader } from '../../rest/request/rest-message.ts'
import { writeOpenApi } from './document.ts'
import { renderReference } from './reference-page.ts'

/** The page may not fetch, run or be framed by anything. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
}

type Functions = Readonly<Record<string, RpcFunction>>

interface Described {
  rest: Rest
  functions: Functions
}

/** Adds `GET /`, the OpenAPI document for the caller. */
export function documentRoute(scope: FastifyInstance, { rest, functions }: Described): void {
  scope.options('/', (_request, reply) => reply.header('allow', 'OPTIONS,GET,HEAD').send())
  scope.get('/', async (request, reply) => {
    const { principal } = request.caller
    requireDocumentType(readHeader(request.headers, 'accept'))
    const document = writeOpenApi(
      listTables(rest, principal),
      listFunctions(functions, principal),
      scopeOf(principal.role) !== 'emit',
    )
    return await reply.type('application/openapi+json; charset=utf-8').send(JSON.stringify(document))
  })
}

const DOCUMENT_TYPES = /^(?:\*\/\*|application\/(?:\*|json|openapi\+json|vnd\.oai\.openapi(?:\+json)?))$/

/** @throws ApiError 406 if none of the accepted types is JSON */
function requireDocumentType(accept: string): void {
  const types = accept.split(',').map((part) => part.split(';')[0]!.trim().toLowerCase())
  if (accept.trim() === '' || types.some((type) => DOCUMENT_TYPES.test(type))) return
  throw new ApiError(406, 'PGRST107', phrase('request.media', { names: accept.trim() }), {
    hint: phrase('hint.openApiMedia'),
  })
}

/** Adds `GET /docs`, the public reference, which only contains product documentation. */
export function referencePage(scope: FastifyInstance, { rest, functions }: Described): void {
  const tables = rest.describe(OPERATOR.role)
  const page = renderReference(tables, functions, writeOpenApi(tables, functions))
  scope.get('/docs', (_request, reply) =>
    reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(page),
  )
}

/** Lists the tables granted to the role, without those outside of the scope of the caller's key. */
function listTables(rest: Rest, principal: Principal): TableDescription[] {
  return rest
    .describe(principal.role)
    .map((table) => {
      const may = (method: string): boolean =>
        isAllowed(() => requireTableAccess(principal, method, table.name))
      return {
        ...table,
        readable: may('GET') ? table.readable : [],
        insertable: may('POST') ? table.insertable : [],
        updatable: may('PATCH') ? table.updatable : [],
        isReplaceable: table.isReplaceable && may('PUT'),
        isDeletable: table.isDeletable && may('DELETE'),
      }
    })
    .filter(({ readable, insertable }) => readable.length > 0 || insertable.length > 0)
}

function listFunctions(functions: Functions, principal: Principal): Functions {
  return Object.fromEntries(
    Object.entries(functions).filter(([name, { access }]) =>
      isAllowed(() => requireFunctionAccess(principal, name, access)),
    ),
  )
}

function isAllowed(require: () => void): boolean {
  try {
    require()
    return true
  } catch {
    return false
  }
}
