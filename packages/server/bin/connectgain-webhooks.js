#!/usr/bin/env node
// The program is TypeScript, which Node runs as it is from 22.18 on. Under an older one this hands over to the runtime
// that the package brings along.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

if (process.features.typescript) {
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
