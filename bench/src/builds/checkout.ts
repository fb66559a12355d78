import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Build } from './build.ts'

const INSTALLED = '.installed-for-bench'

/**
 * Checks a commit out into a git worktree in the temporary folder and installs it there. A worktree that an earlier run
 * left is used again.
 *
 * @throws Error if there is no such commit, or it cannot be installed
 */
export function checkOut(commit: string, say: (line: string) => void): Build {
  const hash = git('rev-parse', '--verify', `${commit}^{commit}`)
  const folder = join(tmpdir(), 'connectgain-bench-commits', hash)
  if (!existsSync(join(folder, INSTALLED))) {
    say(`installing ${commit} in ${folder}`)
    removeWorktree(folder)
    mkdirSync(join(folder, '..'), { recursive: true })
    git('worktree', 'add', '--detach', folder, hash)
    execFileSync('npm', ['ci'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    writeFileSync(join(folder, INSTALLED), '')
  }
  return { name: git('rev-parse', '--short', hash), program: join(folder, readEntry(folder)) }
}

/** What an interrupted run left is not installed completely. */
function removeWorktree(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  git('worktree', 'prune')
}

/** Returns the file that the commit's `npm start` runs. */
function readEntry(folder: string): string {
  const start = execFileSync('npm', ['pkg', 'get', 'scripts.start'], { cwd: folder, encoding: 'utf8' })
  const entry = /^"node (?:--\S+ )*(\S+)"$/.exec(start.trim())?.[1]
  if (entry === undefined) throw new Error(`${folder}: \`npm start\` runs no single file: ${start}`)
  return entry
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
}
