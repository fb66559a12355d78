import { readFileSync } from 'node:fs'
import { readProcessTree } from './process-tree.ts'

/** Returns the resident memory of a process and its descendants in MiB. */
export function residentMiB(root: number): number | undefined {
  const tree = readProcessTree(root)
  if (tree === undefined) return undefined
  return [...tree.keys()].reduce((sum, pid) => sum + (readResidentMiB(pid) ?? 0), 0)
}

function readResidentMiB(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024
  } catch {
    return undefined
  }
}

const SAMPLE_INTERVAL_MS = 250

/** Samples the memory of a process tree until the returned function is called, which returns the highest sum in MiB. */
export function watchPeakMemory(root: number): () => number | undefined {
  let peak = residentMiB(root)
  const sample = (): void => {
    const now = residentMiB(root)
    if (now !== undefined) peak = Math.max(peak ?? 0, now)
  }
  const timer = setInterval(sample, SAMPLE_INTERVAL_MS)
  return () => {
    clearInterval(timer)
    sample()
    return peak
  }
}
