import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run measure`: prints how many files each package has, how long they are, and whether imports go in circles. */
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PACKAGES = ['packages/server', 'packages/receiver', 'packages/client', 'packages/web', 'bench']
const TEST = /\.(?:test|final)\.tsx?$|-fixture\.ts$|\/test\//
/** `import … from './x'` and `export … from './x'`, also over several lines, type imports included. */
const IMPORT = /^(?:import|export)\b[^'"=;()]*\bfrom ['"](\.[^'"]+)['"]/gm

interface Source {
  path: string
  lines: number
  imports: string[]
}

const rows = PACKAGES.flatMap((folder) => {
  const files = globSync('{src,test,generate}/**/*.{ts,tsx}', { cwd: join(ROOT, folder) })
  const sources = files.map((file) => readSource(join(folder, file)))
  return [
    describe(
      folder,
      sources.filter(({ path }) => !TEST.test(path)),
    ),
    describe(
      `${folder}, tests`,
      sources.filter(({ path }) => TEST.test(path)),
    ),
  ]
}).filter(({ files }) => files > 0)
console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])))

function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const imports = [...text.matchAll(IMPORT)].map(([, target = '']) => join(dirname(path), target))
  return { path, lines: text.split('\n').length - 1, imports }
}

function describe(name: string, sources: readonly Source[]) {
  const byLength = sources.toSorted((a, b) => a.lines - b.lines)
  const atShare = (share: number): number =>
    byLength[Math.min(byLength.length - 1, Math.floor(byLength.length * share))]?.lines ?? 0
  const largest = byLength.at(-1)
  return {
    name,
    files: sources.length,
    lines: sources.reduce((sum, { lines }) => sum + lines, 0),
    median: atShare(0.5),
    p90: atShare(0.9),
    largest: largest?.lines ?? 0,
    'largest file': largest?.path.slice(largest.path.indexOf('/src/') + 1) ?? '',
    'in cycles': countInCycles(sources),
  }
}

/** Files that import themselves by way of others: those of the strongly connected components with more than one file. */
function countInCycles(sources: readonly Source[]): number {
  const imports = new Map(sources.map((source) => [source.path, source.imports]))
  return sources.filter(({ path }) => isReachable(path, path, imports)).length
}

function isReachable(from: string, goal: string, imports: ReadonlyMap<string, readonly string[]>): boolean {
  const waiting = [...(imports.get(from) ?? [])]
  const seen = new Set<string>()
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (path === goal) return true
    if (seen.has(path)) continue
    seen.add(path)
    waiting.push(...(imports.get(path) ?? []))
  }
  return false
}
