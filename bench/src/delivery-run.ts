import type { Bench } from './bench.ts'
import type { StartContestant, Workload } from './contestant.ts'
import type { Endpoint } from './load.ts'
import { createEvents } from './load.ts'
import { CpuMeter } from './machine/cpu.ts'
import { watchPeakMemory } from './machine/memory.ts'
import type { Receiver } from './receivers/receiver.ts'
import { pause, waitFor } from './wait.ts'

/** Results of one run. CPU is in seconds for 1,000 deliveries, of whole process trees. */
export interface DeliveryRun {
  /** Deliveries per second, from the first emitted event to the last recorded success. */
  rate: number
  /** Requests per second at the receiver, from the same start. */
  received: number
  sender: number | undefined
  postgres: number | undefined
  redis: number | undefined
  receiver: number | undefined
  /** Highest memory of the sender in MiB. */
  peakMiB: number | undefined
}

export interface DeliveryLoad {
  start: StartContestant
  events: number
  /** Builds the endpoints of a receiver. */
  endpoints(receiverUrl: string): readonly Endpoint[]
  /** Endpoints that get an event; default: all, in turns. */
  targets?: (endpoints: readonly Endpoint[]) => readonly Endpoint[]
  /** Deliveries per event; default 1. */
  fanOut?: number
}

/** Starts a contestant, warms it up, and measures a load. */
export async function measureDeliveries(bench: Bench, load: DeliveryLoad): Promise<DeliveryRun> {
  const opened = await openDeliveries(bench, load)
  try {
    return await opened.measure()
  } finally {
    await opened.close()
  }
}

/** A contestant that is warm, and whose load can be measured several times. */
export interface OpenDeliveries {
  measure(): Promise<DeliveryRun>
  close(): Promise<void>
}

export async function openDeliveries(bench: Bench, load: DeliveryLoad): Promise<OpenDeliveries> {
  const { fanOut = 1 } = load
  const receiver = await bench.startReceiver()
  let contestant: StartedContestant | undefined
  const close = async (): Promise<void> => {
    await contestant?.close()
    await receiver.close()
  }
  try {
    const endpoints = load.endpoints(receiver.url)
    const targets = load.targets?.(endpoints) ?? endpoints
    contestant = await load.start({ postgres: bench.postgres, endpoints })
    const site = { contestant, receiver, postmaster: bench.postgres.postmaster }
    // Excludes the time before the code is compiled.
    const warmUp = Math.ceil(Math.max(2_000, targets.length * 2) / fanOut)
    await prepareDeliveries(site, { targets, fanOut, events: warmUp }).run()
    return {
      measure: () => measureOnce(site, { targets, fanOut, events: load.events }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

interface Site {
  contestant: StartedContestant
  receiver: Receiver
  postmaster: number | undefined
}

interface Batch {
  targets: readonly Endpoint[]
  fanOut: number
  events: number
}

async function measureOnce(site: Site, batch: Batch): Promise<DeliveryRun> {
  const { contestant, receiver, postmaster } = site
  const { workload, run } = prepareDeliveries(site, batch)
  // Lets pending writes of the warm-up and garbage of the preparation settle.
  await pause(1_000)
  const cpu = new CpuMeter({
    sender: contestant.pid,
    postgres: postmaster,
    redis: contestant.storePid,
    receiver: receiver.pid,
  })
  const readPeak = watchPeakMemory(contestant.pid)
  const seconds = await run()
  const used = cpu.used()
  const peakMiB = readPeak()
  const successes = await contestant.countSuccesses(workload.since)
  if (successes !== workload.deliveries) {
    throw new Error(`${successes} log rows of success where ${workload.deliveries} were expected`)
  }
  return summarize(workload.deliveries, seconds, used, peakMiB)
}

type StartedContestant = Awaited<ReturnType<StartContestant>>

interface Seconds {
  /** Until the receiver had everything. */
  received: number
  /** Until everything was recorded. */
  recorded: number
}

function prepareDeliveries(
  { contestant, receiver }: Site,
  { targets, fanOut, events }: Batch,
): { workload: Workload; run(): Promise<Seconds> } {
  const workload = { since: Date.now(), deliveries: events * fanOut }
  const emit = contestant.prepare(createEvents(events, targets))
  return { workload, run: () => deliverAll(emit, workload, receiver, contestant) }
}

async function deliverAll(
  emit: () => Promise<void>,
  workload: Workload,
  receiver: Receiver,
  contestant: StartedContestant,
): Promise<Seconds> {
  const wanted = (await receiver.count()) + workload.deliveries
  const start = performance.now()
  await Promise.all([
    emit(),
    waitFor('all requests', async () => (await receiver.count()) >= wanted, { everyMs: 25 }),
  ])
  const received = (performance.now() - start) / 1_000
  await waitFor('all results', () => contestant.isDone(workload))
  return { received, recorded: (performance.now() - start) / 1_000 }
}

function summarize(
  deliveries: number,
  seconds: Seconds,
  used: Record<'sender' | 'postgres' | 'redis' | 'receiver', number | undefined>,
  peakMiB: number | undefined,
): DeliveryRun {
  const perThousand = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : (value / deliveries) * 1_000
  return {
    rate: deliveries / seconds.recorded,
    received: deliveries / seconds.received,
    sender: perThousand(used.sender),
    postgres: perThousand(used.postgres),
    redis: perThousand(used.redis),
    receiver: perThousand(used.receiver),
    peakMiB,
  }
}
