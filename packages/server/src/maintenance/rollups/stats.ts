import type { Histogram } from './rollups.ts'

export interface Latency {
  p50: number
  p95: number
  p99: number
}

export interface Stats {
  attempts: number
  success: number
  failed: number
  /** Failed attempts by error code. */
  errors: Record<string, number>
  /** From 0 to 1; null without attempts. */
  success_rate: number | null
  /** Milliseconds, accurate to 4 % or 1 ms; null without measured attempts. */
  latency: Latency | null
}

export interface StatsBucket extends Stats {
  /** ISO 8601. */
  start: string
}

/**
 * Outcomes that show how fast an endpoint is: it responded, or timed out. Attempts that failed to connect, or were
 * never sent, do not show it.
 */
const MEASURED = new Set([
  'success',
  'redirect',
  'client_error',
  'gone',
  'rate_limited',
  'server_error',
  'timeout',
])

/** Adds up histograms. */
class Tally {
  #success = 0
  #measured = 0
  readonly #errors = new Map<string, number>()
  /** Measured attempts by latency bucket. */
  readonly #latency: number[] = []

  add({ outcome, buckets, counts }: Histogram): void {
    const total = counts.reduce((sum, count) => sum + count, 0)
    if (outcome === 'success') this.#success += total
    else this.#errors.set(outcome, (this.#errors.get(outcome) ?? 0) + total)
    if (!MEASURED.has(outcome)) return
    this.#measured += total
    buckets.forEach((bucket, index) => {
      this.#latency[bucket] = (this.#latency[bucket] ?? 0) + (counts[index] ?? 0)
    })
  }

  toStats(): Stats {
    const failed = [...this.#errors.values()].reduce((sum, count) => sum + count, 0)
    const attempts = this.#success + failed
    return {
      attempts,
      success: this.#success,
      failed,
      errors: Object.fromEntries([...this.#errors].toSorted(([, a], [, b]) => b - a)),
      success_rate: attempts === 0 ? null : this.#success / attempts,
      latency:
        this.#measured === 0
          ? null
          : { p50: this.#quantile(0.5), p95: this.#quantile(0.95), p99: this.#quantile(0.99) },
    }
  }

  /** Nearest-rank quantile: the value that this share of the attempts does not exceed. */
  #quantile(share: number): number {
    let rank = Math.ceil(share * this.#measured)
    for (const [bucket, count = 0] of this.#latency.entries()) {
      rank -= count
      if (rank <= 0) return typicalLatency(bucket)
    }
    return 0
  }
}

/**
 * Returns the milliseconds that represent a latency bucket: its geometric middle. See
 * `webhooks_internal.latency_bucket`.
 */
export function typicalLatency(bucket: number): number {
  return bucket === 0 ? 0 : Math.round(2 ** ((bucket - 0.5) / 10))
}

/**
 * Summarizes each bucket from `since` to `until`, including those without attempts, and the whole period.
 * @param width of a bucket; `since` and `until` are multiples of it. All three in milliseconds.
 */
export function summarize(
  histograms: readonly Histogram[],
  { since, until, width }: { since: number; until: number; width: number },
): { totals: Stats; buckets: StatsBucket[] } {
  const total = new Tally()
  const tallies = Array.from({ length: (until - since) / width }, () => new Tally())
  for (const histogram of histograms) {
    total.add(histogram)
    tallies[Math.floor((histogram.period * 1_000 - since) / width)]?.add(histogram)
  }
  return {
    totals: total.toStats(),
    buckets: tallies.map((tally, index) => ({
      start: new Date(since + index * width).toISOString(),
      ...tally.toStats(),
    })),
  }
}
