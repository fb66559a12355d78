import { Counter, Gauge, Registry } from 'prom-client'
import { within } from '../../loops/loop.ts'
import { renderMerged, sumTotals } from '../../observability/merge-metrics.ts'
import type { MetricValues } from '../../observability/merge-metrics.ts'
import { mergeReadiness } from '../../observability/merge-readiness.ts'
import type { FromParent, NodeState, Topic, WorkerState } from './messages.ts'

/** A worker checks the database for up to two seconds before it says that it is unavailable. */
const REPORT_TIMEOUT_MS = 3_000

/** A worker that can be asked. */
export interface AskedWorker {
  number: number
  send(message: FromParent): void
}

interface Expected {
  worker: number
  resolve(state: Partial<WorkerState> | 'gone'): void
}

/** What a worker reported; undefined if it did not in time. */
interface Report<T extends Topic> {
  worker: number
  value: WorkerState[T] | undefined
}

/** Reads the state of the node: asks all workers that run, and merges their reports. */
export class NodeReports {
  readonly #running: () => AskedWorker[]
  readonly #count: number
  readonly #expected = new Map<number, Expected>()
  readonly #reading = new Map<Topic, Promise<Partial<NodeState>>>()
  readonly #lastMetrics = new Map<number, MetricValues>()
  readonly #register = new Registry()
  readonly #answered: Gauge
  readonly #restarts: Counter
  #ended: MetricValues = []
  #lastId = 0

  /** @param count the number of workers while none is being restarted */
  constructor(running: () => AskedWorker[], count: number) {
    this.#running = running
    this.#count = count
    const registers = [this.#register]
    this.#answered = new Gauge({
      name: 'connectgain_workers',
      help: 'Workers of this node that responded to this scrape',
      registers,
    })
    this.#restarts = new Counter({
      name: 'connectgain_worker_restarts_total',
      help: 'Workers of this node that ended and were restarted',
      registers,
    })
  }

  /** Reads one topic; concurrent calls share one reading. */
  async read(topic: Topic): Promise<Partial<NodeState>> {
    const reading =
      this.#reading.get(topic) ?? this.#readNow(topic).finally(() => this.#reading.delete(topic))
    this.#reading.set(topic, reading)
    return await reading
  }

  /** Takes the report of a worker. */
  receive(id: number, state: Partial<WorkerState>): void {
    this.#expected.get(id)?.resolve(state)
  }

  /** Notes that a worker has ended: its reports are not awaited, and what it counted is kept. */
  async workerEnded(worker: number): Promise<void> {
    for (const expected of this.#expected.values()) {
      if (expected.worker === worker) expected.resolve('gone')
    }
    const last = this.#lastMetrics.get(worker)
    this.#lastMetrics.delete(worker)
    if (last !== undefined) this.#ended = await sumTotals([this.#ended, last])
  }

  workerRestarts(): void {
    this.#restarts.inc()
  }

  async #readNow(topic: Topic): Promise<Partial<NodeState>> {
    if (topic === 'metrics') return { metrics: await this.#readMetrics() }
    const reports = await this.#gather('readiness')
    const all = reports.map(({ worker, value }) => ({ worker, readiness: value }))
    return { readiness: mergeReadiness(all, this.#count) }
  }

  async #readMetrics(): Promise<NodeState['metrics']> {
    const reports = await this.#gather('metrics')
    const current: MetricValues[] = []
    const late: MetricValues[] = []
    for (const { worker, value } of reports) {
      if (value === undefined) late.push(this.#lastMetrics.get(worker) ?? [])
      else {
        current.push(value)
        this.#lastMetrics.set(worker, value)
      }
    }
    this.#answered.set(current.length)
    const own = await this.#register.getMetricsAsJSON()
    return await renderMerged([...current, await sumTotals([...late, this.#ended]), own])
  }

  async #gather<T extends Topic>(topic: T): Promise<Report<T>[]> {
    const asked = this.#running().map(async (worker) => {
      const state = await within(REPORT_TIMEOUT_MS, this.#ask(worker, topic))
      return state === 'gone' ? [] : [{ worker: worker.number, value: state?.[topic] }]
    })
    return (await Promise.all(asked)).flat()
  }

  async #ask({ number, send }: AskedWorker, topic: Topic): Promise<Partial<WorkerState> | 'gone'> {
    const id = (this.#lastId += 1)
    const reported = new Promise<Partial<WorkerState> | 'gone'>((resolve) => {
      this.#expected.set(id, { worker: number, resolve })
    })
    send({ kind: 'report', id, topic })
    setTimeout(() => this.#expected.delete(id), 2 * REPORT_TIMEOUT_MS).unref()
    return await reported
  }
}
