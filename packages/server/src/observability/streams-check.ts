import { within } from '../loops/loop.ts'
import type { StreamsState } from '../streams/streams-state.ts'
import { secondsSince } from './stream-metrics.ts'
import type { StreamsReport } from './stream-metrics.ts'

/** The streams, over all nodes, in `GET /health/ready`. */
export interface StreamsCheck {
  /**
   * `unavailable`: the servers do not respond, or no partition has a leader. `degraded`: some partitions have no leader or no owner, so
   * their events wait; the other nodes could do nothing for them either.
   */
  status: 'ok' | 'degraded' | 'unavailable'
  partitions?: number
  without_leader?: number
  without_owner?: number
  /** Partitions of which a replica is offline or has not caught up. */
  replicas_behind?: number
  messages?: number
  /** Age of the oldest message. */
  lag_seconds?: number
  /** Messages that were set aside within 30 days. */
  refused?: number
}

/** Resolves in bounded time, and never rejects. */
export async function checkStreams(
  { readState }: Pick<StreamsReport, 'readState'>,
  limitMs: number,
): Promise<StreamsCheck> {
  const state = await within(limitMs, readState()).catch(() => undefined)
  return state === undefined ? { status: 'unavailable' } : toCheck(state)
}

function toCheck({ partitions, refused }: StreamsState): StreamsCheck {
  const led = partitions.filter(({ hasLeader }) => hasLeader)
  if (led.length === 0) return { status: 'unavailable' }
  const withoutLeader = partitions.length - led.length
  const withoutOwner = led.filter(({ owner }) => owner === undefined).length
  return {
    status: withoutLeader + withoutOwner > 0 ? 'degraded' : 'ok',
    partitions: partitions.length,
    without_leader: withoutLeader,
    without_owner: withoutOwner,
    replicas_behind: led.filter(({ replicas }) => replicas.behind > 0).length,
    messages: led.reduce((sum, { messages }) => sum + messages, 0),
    lag_seconds:
      Math.round(Math.max(0, ...led.map(({ oldestMs }) => secondsSince(oldestMs))) * 1_000) / 1_000,
    ...(refused === undefined ? {} : { refused: refused.messages }),
  }
}
