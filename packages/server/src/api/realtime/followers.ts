import type { RowFilter } from './change-filter.ts'
import type { ChangeType } from './followed-tables.ts'
import { writeChange } from './record-view.ts'
import type { Change, RecordView } from './record-view.ts'

/** Receives messages with changes: a channel. */
export interface Follower {
  /** @param data JSON text; @param ids of the subscriptions that the change matches */
  receive(data: string, ids: readonly number[]): void
  /** Changes may have been missed: the client has to join again and read what it shows. */
  reset(reason: string): void
}

/** One table of a subscription. */
export interface FollowedChanges {
  id: number
  follower: Follower
  /** Null: every organization. */
  organizationId: string | null
  types: readonly ChangeType[]
  passes: RowFilter
  view: RecordView
}

/** Whose rows are followed; null: those of every organization. */
export type Audience = readonly string[] | null

interface Group {
  since: number
  members: Set<FollowedChanges>
}

/** Stands for every organization. */
const EVERY = ''

/** Who follows which table, by organization: a change is compared only with what its organization follows. */
export class Followers {
  readonly #tables = new Map<string, Map<string, Group>>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  add(followed: FollowedChanges): void {
    const { table } = followed.view
    const groups = this.#tables.get(table) ?? new Map<string, Group>()
    const key = followed.organizationId ?? EVERY
    const group = groups.get(key) ?? { since: this.#now(), members: new Set() }
    this.#tables.set(table, groups.set(key, group))
    group.members.add(followed)
  }

  remove(followed: FollowedChanges): void {
    const { table } = followed.view
    const groups = this.#tables.get(table)
    const key = followed.organizationId ?? EVERY
    const group = groups?.get(key)
    group?.members.delete(followed)
    if (group?.members.size === 0) groups?.delete(key)
    if (groups?.size === 0) this.#tables.delete(table)
  }

  isFollowed(table: string): boolean {
    return this.#tables.has(table)
  }

  /** Whether changes of the organization's rows are found already. */
  covers(table: string, organizationId: string | null): boolean {
    const groups = this.#tables.get(table)
    return groups?.has(EVERY) === true || groups?.has(organizationId ?? EVERY) === true
  }

  /** Since when they are, in milliseconds; Infinity: they are not. */
  since(table: string, organizationId: string): number {
    const groups = this.#tables.get(table)
    return Math.min(
      groups?.get(EVERY)?.since ?? Number.POSITIVE_INFINITY,
      groups?.get(organizationId)?.since ?? Number.POSITIVE_INFINITY,
    )
  }

  audience(table: string): Audience {
    const groups = this.#tables.get(table)
    if (groups === undefined) return []
    return groups.has(EVERY) ? null : [...groups.keys()]
  }

  /** Passes a change to all who may see it and asked for it; its text is written once for each view. */
  publish(change: Change): void {
    const receivers = new Map<Follower, Map<RecordView, number[]>>()
    for (const { id, follower, types, passes, view } of this.#candidates(change)) {
      if (!types.includes(change.type) || !passes(change.row)) continue
      const views = receivers.get(follower) ?? new Map<RecordView, number[]>()
      receivers.set(follower, views.set(view, [...(views.get(view) ?? []), id]))
    }
    const texts = new Map<RecordView, string>()
    const at = new Date(this.#now())
    for (const [follower, views] of receivers) {
      for (const [view, ids] of views) {
        const text = texts.get(view) ?? writeChange(change, view, at)
        texts.set(view, text)
        follower.receive(text, ids)
      }
    }
  }

  /** @param organizationId undefined: those of every organization */
  reset(table: string, reason: string): void {
    const followers = [...(this.#tables.get(table)?.values() ?? [])].flatMap(({ members }) =>
      [...members].map(({ follower }) => follower),
    )
    for (const follower of new Set(followers)) follower.reset(reason)
  }

  *#candidates({ table, organizationId }: Change): Iterable<FollowedChanges> {
    const groups = this.#tables.get(table)
    if (groups === undefined) return
    for (const [key, { members }] of groups) {
      if (key === EVERY || organizationId === undefined || key === organizationId) yield* members
    }
  }
}
