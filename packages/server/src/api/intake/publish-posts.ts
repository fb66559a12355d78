import type { Clock } from '../../domain/clock.ts'
import { OPERATOR } from '../../domain/principal.ts'
import type { Principal } from '../../domain/principal.ts'
import { idOf } from '../../streams/event-message.ts'
import type { StreamedEvent } from '../../streams/event-message.ts'
import { EventTooLarge, StreamsUnavailable } from '../../streams/errors.ts'
import type { EventStreams } from '../../streams/event-streams.ts'
import type { AcceptPost } from './event-intake.ts'
import type { KnownEventTypes } from './known-event-types.ts'
import { createPostGroups } from './post-groups.ts'
import type { ReadablePost } from './readable-post.ts'
import { toStreamedEvents } from './to-streamed-events.ts'

type Publish = Pick<EventStreams, 'publish'>

export interface PublishPostsOptions {
  streams: Publish
  types: KnownEventTypes
  clock: Clock
}

/** A post whose events have all that the database would have added. */
interface PublishedPost extends Pick<ReadablePost, 'rowCount' | 'text'> {
  events: readonly StreamedEvent[]
  hasGivenIds: boolean
}

/**
 * Publishes posts to the streams: those of one organization that arrive while others are published share messages, even of several
 * callers. What the database might refuse is not accepted, so that every such error is the database's.
 */
export function createPostPublisher({ streams, types, clock }: PublishPostsOptions): AcceptPost {
  const enqueue = createPostGroups<PublishedPost, boolean>(
    (posts) => publishGroup(streams, posts),
    (error) => error instanceof StreamsUnavailable,
  )
  return async (principal, post) => {
    const events = mayEmit(principal) ? toStreamedEvents(post, principal, clock.now()) : undefined
    if (events === undefined || !events.every((event) => isOwn(principal, event))) return false
    if (!(await types.hasAll(new Set(events.map(({ event }) => event))))) return false
    const hasGivenIds = post.columns.includes('id')
    const isPublished = await enqueue(keyOf(events, hasGivenIds), {
      rowCount: post.rowCount,
      text: post.text,
      events,
      hasGivenIds,
    })
    if (!isPublished) await publish(streams, events, hasGivenIds)
    return true
  }
}

/** What the grants say: every role but the reading one inserts events. */
const mayEmit = ({ role }: Principal): boolean => role !== 'webhooks_read'

/** What row-level security says. */
const isOwn = ({ role, organizationId }: Principal, { organization_id }: StreamedEvent): boolean =>
  role === OPERATOR.role || organization_id === organizationId

/** A failure concerns one organization, unless a post has events of several. */
function keyOf(events: readonly StreamedEvent[], hasGivenIds: boolean): string {
  const organizations = new Set(events.map(({ organization_id }) => organization_id))
  return [hasGivenIds, ...[...organizations].toSorted()].join(' ')
}

/** Resolves to false if each post has to be published individually, so that only the one that is at fault is refused. */
async function publishGroup(streams: Publish, posts: readonly PublishedPost[]): Promise<boolean> {
  const events = posts.flatMap((post) => post.events)
  try {
    await publish(streams, events, posts[0]!.hasGivenIds)
    return true
  } catch (error) {
    // Nothing of the group was published.
    if (error instanceof EventTooLarge && posts.length > 1) return false
    throw error
  }
}

async function publish(
  streams: Publish,
  events: readonly StreamedEvent[],
  hasGivenIds: boolean,
): Promise<void> {
  await streams.publish(hasGivenIds ? dropRepeated(events) : events, { hasGivenIds })
}

/** The first event with an id counts, as in the database. */
function dropRepeated(events: readonly StreamedEvent[]): readonly StreamedEvent[] {
  const first = new Map<string, StreamedEvent>()
  for (const event of events) {
    const key = idOf(event)
    if (!first.has(key)) first.set(key, event)
  }
  return first.size === events.length ? events : [...first.values()]
}
