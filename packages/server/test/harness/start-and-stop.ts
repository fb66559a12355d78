import { spawnServer } from './server-process.ts'
import { until } from './until.ts'

/** What `npm start` does, ended by a SIGTERM as soon as it says where it is; exits as it did. */
const settings = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
)
const { child, output, exited } = spawnServer(settings, process.cwd())
await until(
  'the program to say where it is',
  () => /(?:Page|Worker) +http/.test(output()) || child.exitCode !== null,
)
child.kill('SIGTERM')
const code = await exited
if (code !== 0) process.stderr.write(output())
process.exit(code ?? 1)
