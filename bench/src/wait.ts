/** Asks until the answer is yes. @throws Error after `limitMs`, naming what it waited for. */
export async function waitFor(
  what: string,
  ask: () => Promise<boolean> | boolean,
  { everyMs = 10, limitMs = 300_000 } = {},
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs / 1_000} s in vain for ${what}`)
    await pause(everyMs)
  }
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Milliseconds on a clock that all processes of this machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
