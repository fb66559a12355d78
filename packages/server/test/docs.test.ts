import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PAGES = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'packages/*/*.md', 'examples/**/*.md'], {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
})

/** The anchors that GitHub derives from the headings. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.matchAll(/^#{1,6} +(.+)$/gm)
  return new Set(
    Array.from(headings, ([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

test('every link between pages leads to an existing file and heading', () => {
  const broken: string[] = []
  for (const page of PAGES) {
    const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/```[^]*?```/g, '')
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/i.test(target!)) continue
      const [path = '', anchor] = target!.split('#')
      const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path)
      const isThere = existsSync(file)
      const isMissingHeading =
        isThere &&
        anchor !== undefined &&
        file.endsWith('.md') &&
        !anchorsOf(readFileSync(file, 'utf8')).has(anchor)
      if (!isThere || isMissingHeading) broken.push(`${page}: ${target}`)
    }
  }
  assert.deepEqual(broken, [])
})

test('every test that the threat model names exists', () => {
  const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
  const named = Array.from(text.matchAll(/`((?:src|test)\/[^`]+\.test\.ts)`/g), ([, path]) => path!)
  assert.ok(named.length > 20)
  assert.deepEqual(
    named.filter((path) => !existsSync(join(ROOT, 'packages/server', path))),
    [],
  )
})
