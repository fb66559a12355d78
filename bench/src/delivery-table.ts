import type { Build } from './builds/build.ts'
import type { DeliveryRun } from './delivery-run.ts'
import type { Cell } from './section.ts'
import type { Measured } from './turns.ts'
import { findBaseline, fullName, medianOf, medianRatio } from './turns.ts'

/** CPU comes first: it hardly depends on what else the machine does. */
const COLUMNS = [
  'CPU s per 1,000',
  'deliveries/s',
  'peak MiB',
  'CPU sender',
  'CPU stores',
  'CPU receiver',
  'lowest–highest/s',
]

export const DELIVERY_NOTE =
  'CPU: seconds, user and system, for 1,000 deliveries, of the sender and its stores (PostgreSQL, Redis) with all their processes; then of each. Rate: from the first event emitted to the last delivery recorded. Peak: resident memory of the sender under this load.'

/** Formats runs; with a baseline, three more columns say how this version compares with it. */
export function toDeliveryTable(
  all: readonly Measured<DeliveryRun>[],
  against: Build | undefined,
): { columns: string[]; rows: Cell[][] } {
  const compared =
    against === undefined ? [] : ['CPU', 'rate', 'peak'].map((what) => `${what} ÷ ${against.name}`)
  return {
    columns: ['Case', ...COLUMNS.slice(0, 3), ...compared, ...COLUMNS.slice(3)],
    rows: all.map((measured) => {
      const { entry, results } = measured
      const cells = toCells(results)
      const baseline = findBaseline(all, measured, against)?.results
      const ratios = [totalCpu, readRate, readPeak].map((read) =>
        baseline === undefined ? undefined : medianRatio(results, baseline, read),
      )
      return [
        fullName(entry, against),
        ...cells.slice(0, 3),
        ...(against === undefined ? [] : ratios.map((ratio) => ratio ?? '')),
        ...cells.slice(3),
      ]
    }),
  }
}

function toCells(results: readonly DeliveryRun[]): Cell[] {
  const rates = results.map(({ rate }) => Math.round(rate))
  return [
    medianOf(results, totalCpu),
    medianOf(results, readRate),
    medianOf(results, readPeak),
    medianOf(results, ({ sender }) => sender),
    medianOf(results, readStores),
    medianOf(results, ({ receiver }) => receiver),
    `${Math.min(...rates)}–${Math.max(...rates)}`,
  ]
}

export function totalCpu(run: DeliveryRun): number | undefined {
  const stores = readStores(run)
  return run.sender === undefined || stores === undefined ? undefined : run.sender + stores
}

function readStores({ postgres, redis = 0 }: DeliveryRun): number | undefined {
  return postgres === undefined ? undefined : postgres + redis
}

export const readRate = ({ rate }: DeliveryRun): number => rate
export const readPeak = ({ peakMiB }: DeliveryRun): number | undefined => peakMiB

/** Reports progress on one run. */
export function describeRun(run: DeliveryRun): string {
  const cpu = totalCpu(run)?.toFixed(3) ?? 'n/a'
  return `CPU ${cpu} s per 1,000, ${Math.round(run.rate)}/s, peak ${Math.round(run.peakMiB ?? Number.NaN)} MiB`
}
