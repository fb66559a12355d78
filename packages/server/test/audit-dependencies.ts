import { spawnSync } from 'node:child_process'

/**
 * `npm run audit`: exits 1 when a dependency has a known vulnerability. A registry that cannot be asked (a mirror, no
 * network) is said so and is no failure: nothing is known then, for better or worse.
 */
interface Report {
  error?: { summary?: string }
  message?: string
  metadata?: { vulnerabilities: Record<string, number> }
  vulnerabilities?: Record<string, { severity: string; range: string }>
}

const { stdout } = spawnSync('npm', ['audit', '--json'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
})
const report = JSON.parse(stdout || '{}') as Report
if (report.metadata === undefined) {
  process.stdout.write(
    `dependencies were not audited: ${report.message ?? report.error?.summary ?? 'no answer'}\n`,
  )
  process.exit(0)
}
const found = Object.entries(report.vulnerabilities ?? {})
for (const [name, { severity, range }] of found) process.stdout.write(`${name} ${range}: ${severity}\n`)
process.stdout.write(`${found.length} vulnerable dependencies\n`)
process.exit(found.length === 0 ? 0 : 1)
