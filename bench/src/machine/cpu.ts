import { readFileSync } from 'node:fs'
import { readProcessTree } from './process-tree.ts'

/** The value of `getconf CLK_TCK` on all Linux systems. */
const TICKS_PER_SECOND = 100

/**
 * Returns the CPU seconds used so far by a process and its descendants, including terminated ones. Unlike wall-clock
 * time, it hardly depends on other load. Undefined without /proc.
 */
export function cpuSeconds(root: number): number | undefined {
  const tree = readProcessTree(root)
  if (tree === undefined) return undefined
  let ticks = 0
  for (const { own, ended } of tree.values()) ticks += own + ended
  return ticks / TICKS_PER_SECOND
}

/** Returns the CPU seconds used by the whole machine since it booted. */
export function machineBusySeconds(): number | undefined {
  try {
    const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = readFileSync('/proc/stat', 'latin1')
      .slice('cpu '.length, 200)
      .trim()
      .split(/\s+/)
      .map(Number)
    return (user + nice + system + irq + softIrq) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}

/** Measures the CPU time of several processes over a period. */
export class CpuMeter<Name extends string> {
  readonly #pids: Readonly<Record<Name, number | undefined>>
  readonly #before: Readonly<Record<Name, number | undefined>>

  constructor(pids: Readonly<Record<Name, number | undefined>>) {
    this.#pids = pids
    this.#before = this.#read()
  }

  /** Returns the seconds since the meter was created. */
  used(): Record<Name, number | undefined> {
    const now = this.#read()
    const used = {} as Record<Name, number | undefined>
    for (const name of Object.keys(now) as Name[]) {
      const [after, before] = [now[name], this.#before[name]]
      used[name] = after === undefined || before === undefined ? undefined : after - before
    }
    return used
  }

  #read(): Record<Name, number | undefined> {
    const seconds = {} as Record<Name, number | undefined>
    for (const name of Object.keys(this.#pids) as Name[]) {
      const pid = this.#pids[name]
      seconds[name] = pid === undefined ? undefined : cpuSeconds(pid)
    }
    return seconds
  }
}
