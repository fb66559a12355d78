import { verbatim } from '../domain/messages/phrase.ts'
import type { Connection, Database } from '../database/database.ts'
import { retryOn } from '../database/retry-on.ts'
import { runAs } from '../database/act-as.ts'
import { UNSHARED } from '../database/database-shares.ts'
import type { DatabaseShares } from '../database/database-shares.ts'
import { requireAffordable } from './query/affordable.ts'
import { findRelation, readCatalog } from './schema-cache/schema-cache.ts'
import type { Catalog } from './schema-cache/schema.ts'
import { chooseMedia, requireProfile } from './request/content-negotiation.ts'
import { resolveEmbedded } from './query/embed-names.ts'
import { describeTable, describeTables } from './schema-cache/describe-tables.ts'
import type { TableDescription } from './schema-cache/describe-tables.ts'
import { toErrorResponse } from './response/error-response.ts'
import { explainRefusal } from './response/explain-refusal.ts'
import { RestError } from '../domain/errors.ts'
import { prepareInsert } from './mutation/insert-rows.ts'
import { preparePut } from './mutation/put-row.ts'
import { parsePreferences } from './request/preferences.ts'
import { parseQuery } from './request/parse-query.ts'
import { OPERATOR } from '../domain/principal.ts'
import type { Role } from '../domain/principal.ts'
import { choosePage } from './request/range.ts'
import { prepareRead } from './query/read-table.ts'
import { readHeader } from './request/rest-message.ts'
import type { RestRequest, RestResponse } from './request/rest-message.ts'
import {
  respondToDelete,
  respondToInsert,
  respondToPut,
  respondToRead,
  respondToUpdate,
} from './response/respond.ts'
import type { Written } from './mutation/run-write.ts'
import { requireAffected, requireSingle } from './request/table-request.ts'
import type { TableRequest } from './request/table-request.ts'
import type { Rules } from './schema-cache/table-rules.ts'
import { prepareDelete, prepareUpdate } from './mutation/update-rows.ts'

export interface Rest {
  /** Describes the role's privileges on each table that it can use, by table name. */
  describe(role: Role): TableDescription[]
  /** Answers every request, with an error response if it fails: it does not reject. */
  handle(request: RestRequest): Promise<RestResponse>
}

export interface RestOptions {
  database: Database
  /** Default: no sharing, for a single caller. */
  shares?: DatabaseShares
  rules?: Rules
  /** Precedes a table's name in the URL, for `Location`. */
  basePath?: string
  /** True if the service key may read the plan of a request. */
  hasPlans?: boolean
  /** Called for every 5xx response, which does not reveal its cause. */
  onFailure?(thrown: unknown, request: RestRequest): void
}

const MAX_CONTENT_LOCATION = 2_000

/** The dependencies of request handling. */
interface Context {
  database: Database
  shares: DatabaseShares
  catalog: Catalog
  rules: Rules
  basePath: string
  hasPlans: boolean
}

/** Serves the tables that are granted to the API's roles, as PostgREST would. */
export async function createRest(options: RestOptions): Promise<Rest> {
  const { database, shares = UNSHARED, rules = {}, hasPlans = false, onFailure } = options
  const { basePath = '/rest/v1' } = options
  const context = { database, shares, catalog: await readCatalog(database), rules, basePath, hasPlans }
  return {
    describe: (role) => describeTables(context.catalog, rules, role),
    async handle(request) {
      const response = await serve(context, request).catch((thrown: unknown) => {
        const refusal = toErrorResponse(thrown, request.principal)
        if (refusal.status >= 500) onFailure?.(thrown, request)
        return refusal
      })
      return request.method === 'HEAD' ? { ...response, body: '' } : response
    },
  }
}

async function serve(context: Context, request: RestRequest): Promise<RestResponse> {
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return await serveRead(context, request)
    case 'POST': {
      const parsed = parseWrite(context, request)
      const respond = (written: Written): RestResponse => respondToInsert(parsed, context.basePath, written)
      return respond(await write(context, parsed, keeping(request, prepareInsert(parsed), respond), 'POST'))
    }
    case 'PATCH': {
      const parsed = parseWrite(context, request)
      return respondToUpdate(parsed, await write(context, parsed, prepareUpdate(parsed), 'PATCH'))
    }
    case 'DELETE': {
      const parsed = parseWrite(context, request)
      return respondToDelete(parsed, await write(context, parsed, prepareDelete(parsed), 'DELETE'))
    }
    case 'PUT': {
      const parsed = parseWrite(context, request)
      const allow = listMethods(context, request)
      if (!allow.includes('PUT')) throw refuseMethod(request.method, allow)
      return respondToPut(parsed, await write(context, parsed, preparePut(parsed, allow), 'PUT'))
    }
    case 'OPTIONS':
      return serveOptions(context, request)
    default:
      throw refuseMethod(request.method, listMethods(context, request))
  }
}

const refuseMethod = (method: string, allow: string): RestError =>
  new RestError(405, 'PGRST117', verbatim(`Unsupported HTTP method: ${method}`), { headers: { allow } })

/** Stores the response in the transaction of the change, if the request asks for it. */
function keeping({ keep }: RestRequest, change: Change, respond: (written: Written) => RestResponse): Change {
  if (keep === undefined) return change
  return async (connection) => {
    const written = await change(connection)
    await keep(connection, respond(written))
    return written
  }
}

function serveOptions(context: Context, request: RestRequest): RestResponse {
  return { status: 200, headers: { allow: listMethods(context, request) }, body: '' }
}

/** Lists the methods that the caller's role may use on a table, as `Allow`. */
function listMethods({ catalog, rules }: Context, { table, principal }: RestRequest): string {
  const relation = findRelation(catalog, table)
  const { readable, insertable, updatable, isReplaceable, isDeletable } = describeTable(
    catalog,
    relation,
    rules,
    principal.role,
  )
  return [
    'OPTIONS',
    ...(readable.length > 0 ? ['GET', 'HEAD'] : []),
    ...(insertable.length > 0 ? ['POST'] : []),
    ...(updatable.length > 0 ? ['PATCH'] : []),
    ...(isReplaceable ? ['PUT'] : []),
    ...(isDeletable ? ['DELETE'] : []),
  ].join(',')
}

/** `Content-Location` names the resource that a response represents, with its parameters in order. */
function locateContent({ basePath }: Context, { table, search }: RestRequest): Record<string, string> {
  const parameters = new URLSearchParams(search)
  parameters.sort()
  const text = parameters.toString()
  // Clients limit the size of a response's head; a long filter is not worth a refused response.
  if (text.length > MAX_CONTENT_LOCATION) return {}
  return { 'content-location': `${basePath}/${encodeURIComponent(table)}${text === '' ? '' : `?${text}`}` }
}

async function serveRead(context: Context, request: RestRequest): Promise<RestResponse> {
  const parsed = parseRequest(context, request, 'accept-profile')
  // HTTP defines ranges for GET alone.
  const range = request.method === 'GET' ? readHeader(request.headers, 'range') : ''
  const page = choosePage(parsed.query.root, range)
  const read = prepareRead(parsed, page, request.method === 'HEAD')
  const timezone = parsed.preferences.timezone ?? undefined
  const result = await runAs(context, request.principal, 'read only', read, timezone).catch(
    explaining(context, parsed, 'GET'),
  )
  const response = respondToRead(parsed, request.method, page.offset, result)
  return { ...response, headers: { ...response.headers, ...locateContent(context, request) } }
}

function parseWrite(context: Context, request: RestRequest): TableRequest {
  return parseRequest(context, request, 'content-profile')
}

function parseRequest(context: Context, request: RestRequest, profileHeader: string): TableRequest {
  const { headers, principal } = request
  const body = { text: request.body, contentType: readHeader(headers, 'content-type') }
  requireProfile(readHeader(headers, profileHeader))
  const relation = findRelation(context.catalog, request.table)
  const preferences = parsePreferences(readHeader(headers, 'prefer'))
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const hasPlans = context.hasPlans && isRead && principal.role === OPERATOR.role
  const media = chooseMedia(readHeader(headers, 'accept'), hasPlans)
  const query = resolveEmbedded(parseQuery(request.search))
  const rules = Object.hasOwn(context.rules, relation.name) ? context.rules[relation.name]! : {}
  requireAffordable(query, principal)
  const scope = { relation, role: principal.role, alias: 't' }
  const { catalog, database } = context
  const isTimed = database.engine === 'pglite' && principal.organizationId !== null
  const oneTimeFields: TableRequest['oneTimeFields'] = new Map()
  return { catalog, scope, query, preferences, media, body, rules, principal, isTimed, oneTimeFields }
}

/** PostgreSQL aborts one of two transactions that deadlock or cannot be serialized; the transaction may be retried. */
const CONFLICT = /^40(001|P01)$/
/** An upsert by rules fails with 23505 if another request has just inserted its row, which it then finds. */
const UPSERT_CONFLICT = /^(?:40(?:001|P01)|23505)$/
const MAX_TRIES = 3

type Change = (connection: Connection) => Promise<Written>

/** Replaces an error of the database by one that names the row and field of the request. */
const explaining =
  (context: Context, parsed: TableRequest, method: string) =>
  async (thrown: unknown): Promise<never> => {
    throw await explainRefusal(thrown, parsed, method, (work) =>
      runAs(context, parsed.principal, 'read only', work),
    )
  }

async function write(
  context: Context,
  parsed: TableRequest,
  change: Change,
  method: string,
): Promise<Written> {
  const { principal, rules, media, preferences } = parsed
  const codes = preferences.resolution === 'merge-duplicates' ? UPSERT_CONFLICT : CONFLICT
  const written = await retryOn(codes, MAX_TRIES, () =>
    runAs(
      context,
      principal,
      'read write',
      async (connection) => {
        const result = await change(connection)
        // Inside the transaction, so that a refused write is rolled back.
        requireAffected(preferences, result.affected)
        requireSingle(media, result.rowCount)
        return result
      },
      preferences.timezone ?? undefined,
    ),
  ).catch(explaining(context, parsed, method))
  rules.afterCommit?.()
  return written
}
