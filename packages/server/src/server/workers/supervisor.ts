import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import type { Logger } from 'pino'
import { StartError, messageOf } from '../../domain/errors.ts'
import { within } from '../../loops/loop.ts'
import { CAN_REUSE_PORT } from '../listening.ts'
import { MAX_SHUTDOWN_MS } from '../start-node.ts'
import type { FromParent, FromWorker } from './messages.ts'
import { NodeReports } from './node-reports.ts'
import { WORKER_NUMBER } from './worker-process.ts'

const MIN_RESTART_DELAY_MS = 100
/** A worker that ends sooner after its start has a problem that a restart does not solve, if it happens again and again. */
const MIN_STABLE_MS = 10_000
/** Short lives of one worker in a row, after which the node gives up. */
export const MAX_SHORT_LIVES = 5

type Environment = Readonly<Record<string, string | undefined>>

export interface SupervisorOptions {
  count: number
  environment: Environment
  log: Logger
  /** Called when a worker cannot be kept alive. The other workers still run. */
  onGiveUp(): void
}

export type Started = Omit<Extract<FromWorker, { kind: 'started' }>, 'kind'>

/** The place of one worker, which outlives its process. */
interface Place {
  readonly number: number
  /** Undefined before its first start. */
  worker: Worker | undefined
  /** When it said that it serves, by `performance.now()`. */
  servesSince: number | undefined
  shortLives: number
  restart: NodeJS.Timeout | undefined
}

/** Starts the workers of this node, restarts those that end, passes messages between them, and stops them. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #places: Place[]
  #environment: Environment
  readonly #reports: NodeReports
  readonly #firstStart = Promise.withResolvers<Started>()
  readonly #allEnded = Promise.withResolvers<void>()
  #hasStarted = false
  #isStopping = false
  #hasKilled = false
  #refusal: Error | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    cluster.schedulingPolicy = cluster.SCHED_RR
    // JSON has no NaN, which some metrics are.
    cluster.setupPrimary({ serialization: 'advanced' })
    this.#reports = new NodeReports(() => this.#serving().map((place) => this.#toAsked(place)), options.count)
    this.#environment = options.environment
    this.#places = Array.from({ length: options.count }, (_, index) => ({
      number: index + 1,
      worker: undefined,
      servesSince: undefined,
      shortLives: 0,
      restart: undefined,
    }))
    // The others follow when it serves: what keeps one from starting is then said once, and its port is known.
    this.#fork(this.#places[0]!)
  }

  /** Resolves when all workers serve for the first time. @throws StartError, or what else kept one from starting */
  async started(): Promise<Started> {
    return await this.#firstStart.promise
  }

  /** Lets every worker finish its work, and kills those that take too long. @returns whether none was killed */
  async stop(): Promise<boolean> {
    this.#isStopping = true
    for (const { restart } of this.#places) clearTimeout(restart)
    for (const place of this.#living()) {
      if (place.servesSince === undefined) place.worker?.process.kill('SIGTERM')
      else this.#send(place, { kind: 'stop' })
    }
    this.#checkAllEnded()
    await within(MAX_SHUTDOWN_MS, this.#allEnded.promise)
    this.kill()
    await this.#allEnded.promise
    return !this.#hasKilled
  }

  /** Ends the workers at once. What they had not finished is repeated by the next start, or by another node. */
  kill(): void {
    const living = this.#living()
    if (living.length === 0) return
    this.#hasKilled = true
    this.#options.log.warn(
      { workers: living.map(({ number }) => number) },
      'killing workers that have not stopped',
    )
    for (const { worker } of living) worker?.process.kill('SIGKILL')
  }

  #fork(place: Place): void {
    const worker = cluster.fork({
      ...this.#environment,
      WORKERS: String(this.#places.length),
      [WORKER_NUMBER]: String(place.number),
    })
    worker.on('message', (message: FromWorker) => this.#onMessage(place, message))
    worker.on('exit', (code, signal) => this.#onExit(place, code, signal))
    // A message to a worker that has just ended.
    worker.on('error', () => {})
    place.worker = worker
  }

  #onMessage(place: Place, message: FromWorker): void {
    if (message.kind === 'started') this.#onStarted(place, message)
    if (message.kind === 'refused') this.#onRefused(place, message)
    if (message.kind === 'report') this.#reports.receive(message.id, message.state)
    if (message.kind === 'ask') void this.#answer(place, message)
    if (message.kind === 'counted') {
      for (const other of this.#serving()) if (other !== place) this.#send(other, message)
    }
  }

  async #answer(place: Place, { id, topic }: Extract<FromWorker, { kind: 'ask' }>): Promise<void> {
    const state = await this.#reports.read(topic).catch((error: unknown) => {
      this.#options.log.error({ topic, error: messageOf(error) }, 'cannot read the state of this node')
      return {}
    })
    this.#send(place, { kind: 'answer', id, state })
  }

  #onStarted(place: Place, { address, databaseVersion }: Started): void {
    place.servesSince = performance.now()
    this.#options.log.info({ worker: place.number, pid: place.worker?.process.pid }, 'a worker has started')
    if (this.#hasStarted || this.#isStopping) return
    const others = this.#places.filter(({ worker }) => worker === undefined)
    // PORT=0 is any free port, which the others share with the first.
    if (CAN_REUSE_PORT) this.#environment = { ...this.#environment, PORT: new URL(address).port }
    for (const other of others) this.#fork(other)
    if (this.#serving().length < this.#places.length) return
    this.#hasStarted = true
    this.#firstStart.resolve({ address, databaseVersion })
  }

  #onRefused({ number }: Place, { message, exitCode }: Extract<FromWorker, { kind: 'refused' }>): void {
    if (this.#hasStarted) this.#options.log.error({ worker: number, error: message }, 'a worker cannot start')
    else this.#refusal ??= exitCode === 2 ? new StartError(message) : new Error(message)
  }

  #onExit(place: Place, code: number, signal: string): void {
    const livedMs = place.servesSince === undefined ? 0 : performance.now() - place.servesSince
    place.servesSince = undefined
    void this.#reports.workerEnded(place.number)
    if (this.#isStopping) return this.#checkAllEnded()
    const how = { worker: place.number, ...(signal ? { signal } : { exitCode: code }) }
    if (!this.#hasStarted) {
      for (const { worker } of this.#living()) worker?.process.kill('SIGKILL')
      const error =
        this.#refusal ?? new Error(`worker ${place.number} ended while it started (${signal || code})`)
      return this.#firstStart.reject(error)
    }
    place.shortLives = livedMs < MIN_STABLE_MS ? place.shortLives + 1 : 1
    if (place.shortLives >= MAX_SHORT_LIVES) {
      this.#options.log.fatal(
        how,
        `a worker ended ${MAX_SHORT_LIVES} times, each time within ${MIN_STABLE_MS / 1_000} s of its start; stopping this node. Earlier log lines of this worker say why it ended`,
      )
      return this.#options.onGiveUp()
    }
    const restartInMs = MIN_RESTART_DELAY_MS * 2 ** (place.shortLives - 1)
    this.#options.log.error({ ...how, restartInMs }, 'a worker has ended; restarting it')
    place.restart = setTimeout(() => {
      this.#reports.workerRestarts()
      this.#fork(place)
    }, restartInMs)
  }

  #checkAllEnded(): void {
    if (this.#living().length === 0) this.#allEnded.resolve()
  }

  #living(): Place[] {
    return this.#places.filter(({ worker }) => worker?.isDead() === false)
  }

  #serving(): Place[] {
    return this.#places.filter(({ servesSince }) => servesSince !== undefined)
  }

  #toAsked(place: Place): { number: number; send(message: FromParent): void } {
    return { number: place.number, send: (message) => this.#send(place, message) }
  }

  #send({ worker }: Place, message: FromParent): void {
    if (worker?.isConnected() === true) worker.send(message)
  }
}
