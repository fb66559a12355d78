import { readFileSync, readdirSync } from 'node:fs'

export interface ProcessTimes {
  parent: number
  /** Ticks of the process itself: user and system, all threads. */
  own: number
  /** Ticks of terminated children that were waited for. */
  ended: number
}

/** Returns the processes of a tree, the root first. Undefined without /proc. */
export function readProcessTree(root: number): Map<number, ProcessTimes> | undefined {
  const table = readProcessTable()
  if (table === undefined) return undefined
  return new Map([...table].filter(([pid]) => isWithin(pid, root, table)))
}

/** Signals a process and its descendants, the root first, so that it does not restart the others. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  const pids = new Set([root, ...(readProcessTree(root)?.keys() ?? [])])
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended.
    }
  }
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
