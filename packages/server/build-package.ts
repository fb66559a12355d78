import { execFileSync } from 'node:child_process'
import { cpSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What `npm pack` puts into the package and the repository does not need: Node runs TypeScript as it is, but not below
 * node_modules. Compiled sources with their SQL beside them, and the built settings page; `--clean` takes it away again.
 */
const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '../..')
const MADE = ['dist', 'page', 'guide', 'LICENSE']

for (const made of MADE) rmSync(join(HERE, made), { recursive: true, force: true })
if (!process.argv.includes('--clean')) build()

function build(): void {
  const npm = process.env['npm_execpath']!
  execFileSync(process.execPath, [npm, 'exec', '--', 'tsc', '-p', 'tsconfig.build.json'], {
    cwd: HERE,
    stdio: 'inherit',
  })
  for (const file of globSync('src/**/*.{css,json,sql}', { cwd: HERE })) {
    cpSync(join(HERE, file), join(HERE, file.replace(/^src/, 'dist')))
  }
  // Not into the page's own folder: a server that runs from here serves what is in that.
  const page = ['-w', 'packages/web', '--', '--outDir', join(HERE, 'page'), '--emptyOutDir']
  execFileSync(process.execPath, [npm, 'run', 'build', ...page], { cwd: ROOT, stdio: 'inherit' })
  cpSync(join(ROOT, 'docs'), join(HERE, 'guide'), { recursive: true })
  cpSync(join(ROOT, 'LICENSE'), join(HERE, 'LICENSE'))
}
