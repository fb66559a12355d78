import type { Database } from '../database/database.ts'
import type { LeasedDelivery } from '../domain/delivery.ts'
import { createLru } from '../domain/lru.ts'
import { phrase } from '../domain/messages/phrase.ts'
import { FairQueue } from './fair-queue.ts'
import type { TransformResult } from './run-source.ts'
import { readTransform } from './sql/statements.generated.ts'
import { TransformThread } from './transform-thread.ts'

/** Makes the bodies of webhooks with a transform. */
export interface Transforms {
  /**
   * Makes the body of a delivery with the version of the transform that the delivery was made with. A failure becomes the
   * delivery's fault; so does nothing, which a retry by hand reports and the pipeline records as filtered.
   *
   * @param isInTime whether it is still worth it when its turn comes
   */
  apply(delivery: LeasedDelivery, isInTime: () => boolean): Promise<Applied>
  /** The same for a delivery that is sent while somebody waits; one that has its body already stays as it is. */
  settle(delivery: LeasedDelivery): Promise<LeasedDelivery>
  /** Runs a source that may not be stored. Undefined: too many of the organization's wait. */
  preview(organizationId: string, preview: Preview): Promise<TransformResult | undefined>
  stop(): Promise<void>
}

export type Applied = { kind: 'made' | 'skipped'; delivery: LeasedDelivery } | { kind: 'late' }

export interface Preview {
  source: string
  body: string
  eventId: string
}

const MAX_CACHED_SOURCES = 1_000
/** Previews that an organization may have waiting. */
const MAX_WAITING_PREVIEWS = 20

const always = (): boolean => true

export function createTransforms(database: Database): Transforms {
  const thread = new TransformThread()
  const queue = new FairQueue()
  const sources = createLru<string, string>(MAX_CACHED_SOURCES)

  /** A version never changes, so it is read once. */
  async function readSource(webhookId: string, version: number): Promise<string | undefined> {
    const key = `${webhookId}/${version}`
    const known = sources.get(key)
    if (known !== undefined) return known
    const { rows } = await database.query(...readTransform({ webhookId, version }))
    const [row] = rows
    if (row !== undefined) sources.set(key, row.source)
    return row?.source
  }

  async function run({ source, body, eventId }: Preview): Promise<TransformResult> {
    const timestamp = /"timestamp":"([^"]*)"/.exec(body)?.[1] ?? ''
    const now = Date.parse(timestamp)
    return await thread.run({ source, body, now: Number.isNaN(now) ? 0 : now, seed: seedOf(eventId) })
  }

  async function apply(delivery: LeasedDelivery, isInTime: () => boolean): Promise<Applied> {
    const { transform: version, target, eventId, body, ...rest } = delivery
    if (version === undefined || delivery.fault !== undefined) return { kind: 'made', delivery }
    const source = await readSource(target.id, version)
    const result = await queue.add(delivery.organizationId, async () => {
      if (!isInTime()) return undefined
      return source === undefined ? missing(version) : await run({ source, body, eventId })
    })
    if (result === undefined) return { kind: 'late' }
    return {
      kind: result.kind === 'skipped' ? 'skipped' : 'made',
      delivery: { ...rest, target, eventId, ...outcomeOf(result) },
    }
  }

  return {
    apply,
    async settle(delivery) {
      const applied = await apply(delivery, always)
      return applied.kind === 'late' ? delivery : applied.delivery
    },
    async preview(organizationId, preview) {
      if (queue.waitingFor(organizationId) >= MAX_WAITING_PREVIEWS) return undefined
      return await queue.add(organizationId, () => run(preview))
    },
    stop: () => thread.stop(),
  }
}

function outcomeOf(result: TransformResult): Pick<LeasedDelivery, 'body' | 'fault' | 'faultCode'> {
  if (result.kind === 'body') return { body: result.body }
  if (result.kind === 'failed')
    return { body: '', fault: describeFailure(result), faultCode: 'transform_failed' }
  return { body: '', fault: phrase('own.transformNothing'), faultCode: 'transform_skipped' }
}

/** With the place, for the log. */
function describeFailure({ message, line, column }: TransformResult & { kind: 'failed' }): string {
  if (line === null) return message
  return column === null
    ? `line ${line}: ${message}`
    : phrase('own.transformPlace', { line, column, problem: message })
}

const missing = (version: number): TransformResult => ({
  kind: 'failed',
  message: `version ${version} of the transform is not stored`,
  line: null,
  column: null,
})

/** Of a UUID, whose last part is random. */
const seedOf = (eventId: string): number => Number.parseInt(eventId.replaceAll('-', '').slice(-8), 16) || 0
