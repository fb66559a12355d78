import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url))
const BUILT = ['client', 'elements', 'receiver', 'web'].map((name) => `packages/${name}/dist`)
/** What the build reads. */
const READ = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'packages/{client,elements,receiver}/{package,tsconfig.build}.json',
  'packages/{client,elements,receiver}/src/**/*',
  // What the page shares with the server.
  'packages/server/src/domain/**/*.ts',
  'packages/web/{package,tsconfig}.json',
  'packages/web/{index.html,vite.config.ts,build/*.ts}',
  'packages/web/src/**/*',
]
const RECORD = join(CHECKOUT, 'node_modules/.cache/connectgain-build')

/** Runs `npm run build`, unless what it reads and what it wrote are as the last build left them. */
export function provideBuild(): void {
  const isBuilt = BUILT.every((folder) => existsSync(join(CHECKOUT, folder)))
  if (isBuilt && existsSync(RECORD) && readFileSync(RECORD, 'utf8') === digest()) return
  const { status } = spawnSync('npm', ['run', 'build', '--silent'], { cwd: CHECKOUT, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  mkdirSync(dirname(RECORD), { recursive: true })
  writeFileSync(RECORD, digest())
}

function digest(): string {
  const hash = createHash('sha256')
  const written = BUILT.map((folder) => `${folder}/**/*`)
  for (const path of globSync([...READ, ...written], { cwd: CHECKOUT }).sort()) {
    const file = join(CHECKOUT, path)
    if (!path.endsWith('.test.ts') && statSync(file).isFile()) hash.update(path).update(readFileSync(file))
  }
  return hash.digest('hex')
}
