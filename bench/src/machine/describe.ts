import { execFileSync } from 'node:child_process'
import { arch, cpus, platform, release, totalmem } from 'node:os'

/** Describes the machine and the software, as lines of Markdown. */
export function describeMachine(postgresVersion: string): string[] {
  const [first] = cpus()
  return [
    `Date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `Machine: ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB memory, ${platform()} ${release()} ${arch()}`,
    `Node ${process.versions.node}, PostgreSQL ${postgresVersion}`,
    `Commit: ${readCommit()}`,
  ]
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
