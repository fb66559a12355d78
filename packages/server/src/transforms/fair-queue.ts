/** Runs jobs one after the other, and takes them from the owners in turn, so that none waits behind all of another's. */
export class FairQueue {
  /** The owner whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>()
  #isRunning = false

  /** Resolves with what the job resolves with. */
  async add<T>(owner: string, job: () => Promise<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const jobs = this.#waiting.get(owner)
      const run = (): Promise<void> => job().then(resolve, reject)
      if (jobs === undefined) this.#waiting.set(owner, [run])
      else jobs.push(run)
      if (!this.#isRunning) void this.#runAll()
    })
  }

  /** How many jobs of the owner wait. */
  waitingFor(owner: string): number {
    return this.#waiting.get(owner)?.length ?? 0
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true
    for (let next = this.#next(); next !== undefined; next = this.#next()) await next()
    this.#isRunning = false
  }

  #next(): (() => Promise<void>) | undefined {
    const [owner, jobs] = this.#waiting.entries().next().value ?? []
    if (owner === undefined || jobs === undefined) return undefined
    const job = jobs.shift()
    this.#waiting.delete(owner)
    if (jobs.length > 0) this.#waiting.set(owner, jobs)
    return job
  }
}
