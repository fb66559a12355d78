import { readFileSync, readdirSync } from 'node:fs'

/** The value of `getconf CLK_TCK` on all Linux systems. */
const TICKS_PER_SECOND = 100

interface ProcessTimes {
  parent: number
  /** Ticks of the process itself: user and system, all threads. */
  own: number
  /** Ticks of terminated children that were waited for. */
  ended: number
}

/**
 * Returns the CPU seconds used so far by a process and its descendants, including terminated ones. Unlike wall-clock
 * time, it hardly depends on other load. Undefined without /proc.
 */
export function cpuSeconds(root: number): number | undefined {
  const table = readProcessTable()
  if (table === undefined) return undefined
  let ticks = 0
  for (const [pid, { own, ended }] of table) {
    if (isWithin(pid, root, table)) ticks += own + ended
  }
  return ticks / TICKS_PER_SECOND
}

/** Returns the parent of a local process. */
export function readParent(pid: number): number | undefined {
  return readTimes(pid)?.parent
}

export function isDescendant(pid: number, ancestor = process.pid): boolean {
  for (let current: number | undefined = pid; current; current = readParent(current)) {
    if (current === ancestor) return true
  }
  return false
}

/** Returns the resident memory of one process in MiB. */
export function residentMiB(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024
  } catch {
    return undefined
  }
}

function readProcessTable(): Map<number, ProcessTimes> | undefined {
  const table = new Map<number, ProcessTimes>()
  try {
    for (const name of readdirSync('/proc')) {
      const times = /^\d+$/.test(name) ? readTimes(Number(name)) : undefined
      if (times !== undefined) table.set(Number(name), times)
    }
  } catch {
    return undefined
  }
  return table.size === 0 ? undefined : table
}

/** Reads fields 4 and 14 to 17 of proc(5)'s stat; the command before them may contain spaces and brackets. */
function readTimes(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (number: number): number => Number(fields[number - 3])
    return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) }
  } catch {
    return undefined
  }
}

function isWithin(pid: number, root: number, table: ReadonlyMap<number, ProcessTimes>): boolean {
  for (let current = pid; current > 0; current = table.get(current)?.parent ?? 0) {
    if (current === root) return true
  }
  return false
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
