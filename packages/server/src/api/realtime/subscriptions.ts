import { phrase, verbatim } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Principal, Role } from '../../domain/principal.ts'
import type { TableDescription } from '../../rest/schema-cache/describe-tables.ts'
import type { Rest } from '../../rest/rest.ts'
import { requireTableAccess } from '../auth/access.ts'
import { parseFilter } from './change-filter.ts'
import { FOLLOWED_TABLES } from './followed-tables.ts'
import type { ChangeType } from './followed-tables.ts'
import type { FollowedChanges, Follower } from './followers.ts'
import type { ChangesRequest } from './join-payload.ts'
import type { RecordView } from './record-view.ts'

/** A request with the id under which its changes are sent. */
export interface Subscription extends ChangesRequest {
  id: number
}

/** Turns requests into what is followed, within what the caller may read. */
export class Subscriptions {
  readonly #rest: Pick<Rest, 'describe'>
  readonly #tables = new Map<Role, ReadonlyMap<string, TableDescription>>()
  /** One object for each, because the text of a change is written once for each view. */
  readonly #views = new Map<string, RecordView>()

  constructor(rest: Pick<Rest, 'describe'>) {
    this.#rest = rest
  }

  /** The column that identifies a row. */
  keyOf(table: string): string {
    return this.#describe('webhooks_service').get(table)?.primaryKey[0] ?? 'id'
  }

  /** @throws ApiError for what does not exist, or what the caller may not read */
  resolve(
    subscriptions: readonly Subscription[],
    principal: Principal,
    follower: Follower,
  ): FollowedChanges[] {
    return subscriptions.flatMap((subscription) =>
      this.#tablesOf(subscription, principal).map((table) => ({
        id: subscription.id,
        follower,
        organizationId: principal.organizationId,
        types: requireTypes(subscription, table),
        passes: parseFilter(subscription.filter ?? '', table.name, table.readable),
        view: this.#view(table, principal.role, subscription.select ?? undefined),
      })),
    )
  }

  #tablesOf({ schema, table, filter, select }: Subscription, principal: Principal): TableDescription[] {
    if (schema !== 'public' && schema !== '*') {
      throw new ApiError(406, 'PGRST106', phrase('realtime.schema'), { hint: phrase('hint.schemaPublic') })
    }
    const readable = this.#describe(principal.role)
    if (table !== undefined && table !== null && table !== '*')
      return [requireTable(table, readable, principal)]
    if ((filter ?? '') !== '' || (select ?? null) !== null) {
      throw new ApiError(400, 'PGRST100', phrase('realtime.needsTable'))
    }
    const tables = [...FOLLOWED_TABLES.keys()].filter((name) => mayRead(principal, name, readable))
    return tables.map((name) => readable.get(name)!)
  }

  #describe(role: Role): ReadonlyMap<string, TableDescription> {
    const known = this.#tables.get(role)
    if (known !== undefined) return known
    const readable = this.#rest.describe(role).filter((table) => table.readable.length > 0)
    const tables = new Map(readable.map((table) => [table.name, table]))
    this.#tables.set(role, tables)
    return tables
  }

  #view(
    { name, readable, primaryKey }: TableDescription,
    role: Role,
    select?: readonly string[],
  ): RecordView {
    const unknown = select?.find((wanted) => !readable.some((column) => column.name === wanted))
    if (unknown !== undefined)
      throw new ApiError(400, '42703', verbatim(`column ${name}.${unknown} does not exist`))
    const columns =
      select === undefined
        ? readable
        : readable.filter((column) => select.includes(column.name) || primaryKey.includes(column.name))
    const view = { table: name, primaryKey, columns }
    if (select !== undefined) return view
    const key = `${role} ${name}`
    const known = this.#views.get(key) ?? view
    this.#views.set(key, known)
    return known
  }
}

function mayRead(
  principal: Principal,
  name: string,
  readable: ReadonlyMap<string, TableDescription>,
): boolean {
  try {
    requireTableAccess(principal, 'GET', name)
  } catch {
    return false
  }
  return readable.has(name)
}

function requireTable(
  name: string,
  readable: ReadonlyMap<string, TableDescription>,
  principal: Principal,
): TableDescription {
  if (!FOLLOWED_TABLES.has(name)) {
    throw new ApiError(404, 'PGRST205', phrase('realtime.table', { name: name.slice(0, 100) }), {
      hint: phrase('hint.followed', { names: [...FOLLOWED_TABLES.keys()].join(', ') }),
    })
  }
  requireTableAccess(principal, 'GET', name)
  const table = readable.get(name)
  if (table !== undefined) return table
  throw new ApiError(403, '42501', verbatim(`permission denied for table ${name}`))
}

function requireTypes({ event }: Subscription, { name }: TableDescription): readonly ChangeType[] {
  const { types } = FOLLOWED_TABLES.get(name)!
  if (event === '*') return types
  if (types.includes(event)) return [event]
  throw new ApiError(400, '22023', phrase('realtime.type', { table: name, event }), {
    details: 'event',
    hint: phrase('hint.has', { names: types.join(', ') }),
  })
}
