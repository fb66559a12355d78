import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Options } from './options.ts'
import { USAGE, readOptions } from './options.ts'

/** `npm run bench`. The first run installs the peers, so that nothing else depends on them. */
const FOLDER = fileURLToPath(new URL('..', import.meta.url))

function parse(): Options | 'help' {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
    return process.exit(2)
  }
}

const options = parse()
if (options === 'help') {
  process.stdout.write(USAGE)
} else {
  if (!existsSync(`${FOLDER}/node_modules`)) {
    const { status } = spawnSync('npm', ['ci', '--prefix', FOLDER], { stdio: 'inherit' })
    if (status !== 0) process.exit(1)
  }
  const { runBench } = await import('./run.ts')
  await runBench(options)
}
