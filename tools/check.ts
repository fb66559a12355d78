import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

/**
 * `npm run check`: everything that has to pass before a change lands, but for the tests. Independent steps run at the same time;
 * a step that fails prints what it printed. Exits with 1 if one failed.
 */
interface Step {
  name: string
  command: string
}

/** The packages are type-checked against the built libraries. */
const FIRST: Step = { name: 'libraries', command: 'npm run --silent build:libraries' }

/** The longest first. */
const STEPS: readonly Step[] = [
  { name: 'lint', command: 'npm run --silent lint' },
  { name: 'unused', command: 'npm run --silent unused' },
  { name: 'types', command: 'npm run --silent types' },
  { name: 'page', command: 'npm run --silent build -w packages/web' },
  { name: 'layers', command: 'npm run --silent layers' },
  { name: 'format', command: 'npm run --silent format:check' },
  { name: 'audit', command: 'npm run --silent audit' },
]

const started = performance.now()
const failed: string[] = []
await run(FIRST)
const waiting = [...STEPS]
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await run(step)
  }),
)
process.stdout.write(
  `${failed.length === 0 ? 'passed' : `failed: ${failed.join(', ')}`} in ${seconds(started)}\n`,
)
process.exit(failed.length === 0 ? 0 : 1)

async function run({ name, command }: Step): Promise<void> {
  const start = performance.now()
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  }
  const code = await new Promise((resolve) => child.once('close', resolve))
  process.stdout.write(`${code === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(9)} ${seconds(start)}\n`)
  if (code !== 0) failed.push(name)
  // What was not audited is no failure, but has to be seen.
  if (code !== 0 || name === 'audit') process.stdout.write(`${printed.trimEnd()}\n`)
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s`
}
