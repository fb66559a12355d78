/** Polls until the condition is true. @throws Error after `limitMs`, naming the condition */
export async function waitFor(
  what: string,
  runQuery: () => Promise<boolean> | boolean,
  { everyMs = 10, limitMs = 300_000 } = {},
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await runQuery())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs / 1_000} s in vain for ${what}`)
    await pause(everyMs)
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Milliseconds on a clock shared by all processes of this machine. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
