import { execFileSync } from 'node:child_process'
import { arch, cpus, platform, release, totalmem } from 'node:os'

/** Describes the run, the machine and the software in a sentence. */
export function describeMachine(postgresVersion: string, { quick }: { quick: boolean }): string {
  const [first] = cpus()
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const machine = `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB memory, ${platform()} ${release()} ${arch()}`
  return `Measured ${date} UTC at commit ${readCommit()} on ${machine}; Node ${process.versions.node}, PostgreSQL ${postgresVersion} with fsync${quick ? '; small sizes, which say nothing' : ''}.`
}

function readCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
  try {
    const isDirty = git('status', '--porcelain', '--untracked-files=no') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isDirty ? ' with uncommitted changes' : '')
  } catch {
    return 'unknown'
  }
}
