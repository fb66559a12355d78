import { availableParallelism } from 'node:os'
import { cpuSeconds, machineBusySeconds } from './cpu.ts'
import { isDescendant } from './process-tree.ts'

/**
 * Measures the load of other programs: their share of all processors, from 0 to 1, since the call. Undefined without
 * /proc.
 *
 * @param postmaster counted as part of the benchmark, whoever started it
 */
export function watchForeignLoad(postmaster: number | undefined): () => number | undefined {
  const read = (): { busy: number; ours: number } | undefined => {
    const [busy, own] = [machineBusySeconds(), cpuSeconds(process.pid)]
    if (busy === undefined || own === undefined) return undefined
    const isBelowUs = postmaster === undefined || isDescendant(postmaster)
    return { busy, ours: own + (isBelowUs ? 0 : (cpuSeconds(postmaster) ?? 0)) }
  }
  const before = read()
  const started = performance.now()
  return () => {
    const after = read()
    if (before === undefined || after === undefined) return undefined
    const foreign = after.busy - before.busy - (after.ours - before.ours)
    const seconds = (performance.now() - started) / 1_000
    return Math.max(0, foreign / seconds / availableParallelism())
  }
}
