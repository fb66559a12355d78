#!/usr/bin/env node
// In a package the program is there compiled, and any Node from 20.19 on runs it. In the repository it is TypeScript, which
// Node runs as it is from 22.18 on; under an older one this hands over to the runtime that the repository brings along.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const isPackage = !existsSync(new URL('../src', import.meta.url))

if (isPackage) {
  await import('../dist/cli/index.js')
} else if (process.features.typescript) {
  await import('../src/cli/index.ts')
} else {
  const pinned = findPinnedNode()
  if (pinned === undefined) {
    process.stderr.write(`Node ${process.version} is too old: version 22.18 or newer is needed.\n`)
    process.exit(2)
  }
  const { status } = spawnSync(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}

function findPinnedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch {
    return undefined
  }
}
