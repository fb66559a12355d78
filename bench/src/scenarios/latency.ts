import type { Bench } from '../bench.ts'
import { createEndpoints } from '../load.ts'
import type { Engine } from '../ours.ts'
import { withClient } from '../postgres.ts'
import { createWebhooks, startOurServer } from '../ours.ts'
import { startRawReceiver } from '../receivers/raw-receiver.ts'
import type { Cell, Goal, Section } from '../section.ts'
import type { Latencies } from '../steady-load.ts'
import { createEmitter, emitSteadily, p50AndP99 } from '../steady-load.ts'

const CASES: { engine: Engine; emission: 'sql' | 'http'; name: string }[] = [
  { engine: 'postgresql', emission: 'sql', name: 'PostgreSQL, events by SQL' },
  { engine: 'postgresql', emission: 'http', name: 'PostgreSQL, events by HTTP' },
  { engine: 'pglite', emission: 'http', name: 'PGlite, events by HTTP' },
]

const PER_SECOND = 500
/** Longer than any wait, but over before the next event. */
const PROMISE = `select setval('webhooks_internal.relay_awake_until', webhooks_internal.in_milliseconds(350))`

/** Measures the time from commit to arrival of the request, when idle and at 500 events per second. */
export async function measureLatency(bench: Bench): Promise<Section> {
  const rows: Cell[][] = []
  const goals: Goal[] = []
  for (const { name, ...each } of CASES) {
    const { idle, busy, missed } = await measure(bench, each)
    rows.push([`${name}, idle`, ...toCells(idle)], [`${name}, ${PER_SECOND}/s`, ...toCells(busy)])
    if (missed !== undefined) {
      rows.push([`${name}, wake-up missed`, ...toCells(missed)])
      goals.push({
        text: `${name}: longest from commit to request, wake-up missed`,
        measured: Math.max(...missed.fromCommit),
        atMost: 250,
        unit: 'ms',
      })
    }
    bench.say(
      `${name}: idle ${p50AndP99(idle.fromCommit).join(' / ')}, busy ${p50AndP99(busy.fromCommit).join(' / ')} at ${Math.round(busy.rate)}/s`,
    )
    goals.push(...toGoals(name, idle, busy))
  }
  return {
    title: 'Latency',
    notes: [
      'Milliseconds until the signed request had arrived, one event in each transaction, 100 endpoints. From the commit: from when the emitter knew of it. From the send: from before it sent the insert, an upper bound. Idle: one event every 40 to 60 ms. Wake-up missed: nobody notifies, polling finds the event. The last column is the rate that was taken.',
    ],
    columns: [
      'Case',
      'p50 from commit',
      'p99 from commit',
      'p50 from send',
      'p99 from send',
      'events',
      'events/s',
    ],
    rows,
    goals,
  }
}

function toGoals(name: string, idle: Latencies, busy: Latencies): Goal[] {
  return [
    {
      text: `${name}: p50 from commit to request, idle`,
      measured: p50AndP99(idle.fromCommit)[0],
      atMost: 5,
      unit: 'ms',
    },
    // A latency at a lower rate says nothing about the target rate.
    busy.rate >= 0.95 * PER_SECOND
      ? {
          text: `${name}: p99 from commit to request, ${PER_SECOND}/s`,
          measured: p50AndP99(busy.fromCommit)[1],
          atMost: 30,
          unit: 'ms',
        }
      : {
          text: `${name}: ${PER_SECOND} single events a second are taken`,
          measured: busy.rate,
          atLeast: 0.95 * PER_SECOND,
          unit: '/s',
        },
  ]
}

async function measure(
  bench: Bench,
  { engine, emission }: { engine: Engine; emission: 'sql' | 'http' },
): Promise<{ idle: Latencies; busy: Latencies; missed: Latencies | undefined }> {
  const { quick } = bench.options
  const receiver = await startRawReceiver({ recordsArrivals: true })
  const server = await startOurServer({ engine, postgres: bench.postgres })
  const { emit, close } = createEmitter(server, emission)
  try {
    const endpoints = createEndpoints(100, receiver.url)
    await createWebhooks(server.api, endpoints)
    const load = { emit, endpoints, receiver }
    const spaced = { ...load, everyMs: 40, jitterMs: 20 }
    // Warms up connections to the receiver and compiled code.
    await emitSteadily({ ...load, events: 1_000, everyMs: 4 })
    const idle = await emitSteadily({ ...spaced, events: quick ? 50 : 300 })
    const busy = await emitSteadily({
      ...load,
      events: PER_SECOND * (quick ? 3 : 20),
      everyMs: 1_000 / PER_SECOND,
    })
    const missed =
      server.databaseUrl === undefined || emission === 'http'
        ? undefined
        : await withClient(server.databaseUrl, (client) =>
            emitSteadily({
              ...load,
              // Simulates a transaction that checked while a relay was awake, and commits when none is.
              emit: async (event) => {
                await client.query(PROMISE)
                await emit(event)
              },
              events: quick ? 10 : 50,
              everyMs: 400,
              jitterMs: 200,
            }),
          )
    return { idle, busy, missed }
  } finally {
    await close()
    await server.close()
    await receiver.close()
  }
}

function toCells({ fromCommit, fromSend, rate }: Latencies): Cell[] {
  return [...p50AndP99(fromCommit), ...p50AndP99(fromSend), fromCommit.length, rate]
}
