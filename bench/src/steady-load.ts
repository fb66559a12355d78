import type { Endpoint, LoadEvent } from './load.ts'
import { createEvents } from './load.ts'
import type { OurServer } from './ours.ts'
import { createPublisher } from './publishing.ts'
import type { TimedReceiver } from './receivers/receiver.ts'
import { percentile } from './statistics.ts'
import { pause, sharedNow, waitFor } from './wait.ts'

/** Emits one event in its own transaction. */
export type EmitOne = (event: LoadEvent) => Promise<void>

export function createEmitter(
  server: OurServer,
  emission: 'sql' | 'http',
): { emit: EmitOne; close(): Promise<void> } {
  const publisher = createPublisher(server, emission === 'sql' ? 'sql-single' : 'single')
  return { emit: (event) => publisher.prepare([event])(), close: () => publisher.close() }
}

/** Milliseconds until the arrival of each event's request. */
export interface Latencies {
  /** From the moment that the emitter knows of the commit. */
  fromCommit: number[]
  /** From before the insert was sent: an upper bound. */
  fromSend: number[]
  /** Events per second actually emitted. */
  rate: number
}

export interface SteadyLoad {
  emit: EmitOne
  endpoints: readonly Endpoint[]
  receiver: TimedReceiver
  events: number
  /** Milliseconds between two events, regardless of when the first one is done. */
  everyMs: number
  /** Maximum random delay in milliseconds, so that the load does not synchronize with a poll. */
  jitterMs?: number
}

/** Concurrent emissions; if this is reached, the rate is too high. */
const MAX_OPEN = 64

/** Emits at a steady rate without waiting for earlier emissions, unless too many are open. */
export async function emitSteadily(load: SteadyLoad): Promise<Latencies> {
  const { emit, endpoints, receiver, events: count, everyMs, jitterMs = 0 } = load
  const sent = new Map<string, number>()
  const committed = new Map<string, number>()
  const failures: unknown[] = []
  const open = new Set<Promise<unknown>>()
  await receiver.takeArrivals()
  const start = sharedNow()
  for (const [index, event] of createEvents(count, endpoints).entries()) {
    const at = start + index * everyMs + Math.random() * jitterMs
    // Timers fire up to a millisecond late: everything due by then is emitted together.
    const wait = at - sharedNow()
    if (wait > 0.5) await pause(wait)
    while (open.size >= MAX_OPEN) await Promise.race(open)
    sent.set(event.id, sharedNow())
    const emission = emit(event)
      .then(
        () => void committed.set(event.id, sharedNow()),
        (error: unknown) => void failures.push(error),
      )
      .finally(() => open.delete(emission))
    open.add(emission)
  }
  await Promise.all(open)
  if (failures.length > 0) throw failures[0]
  const rate = (count / (sharedNow() - start)) * 1_000
  const arrived = await collect(receiver, sent)
  const since = (times: ReadonlyMap<string, number>): number[] =>
    [...times].map(([id, time]) => Math.max(0, (arrived.get(id) ?? Number.NaN) - time))
  return { fromCommit: since(committed), fromSend: since(sent), rate }
}

async function collect(
  receiver: TimedReceiver,
  wanted: ReadonlyMap<string, unknown>,
): Promise<Map<string, number>> {
  const arrived = new Map<string, number>()
  await waitFor(
    'all events to arrive',
    async () => {
      for (const [id, at] of await receiver.takeArrivals()) {
        if (wanted.has(id) && !arrived.has(id)) arrived.set(id, at)
      }
      return arrived.size === wanted.size
    },
    { everyMs: 200, limitMs: 60_000 },
  )
  return arrived
}

export function p50AndP99(samples: readonly number[]): [number, number] {
  return [percentile(samples, 0.5), percentile(samples, 0.99)]
}
