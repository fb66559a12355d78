import assert from 'node:assert/strict'

/** Fails unless a function's result has every field that its schema names, and no others. */
export async function checkResult(name: string, body: unknown): Promise<void> {
  // Loaded here: most tests call no function.
  const { FUNCTIONS } = await import('../../src/api/rpc/functions.ts')
  assert.deepEqual(FUNCTIONS[name]?.output.parse(body), body, `the schema of the result of ${name}`)
}
