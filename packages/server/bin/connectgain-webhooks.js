#!/usr/bin/env node
// In a package the program is there compiled, and any Node from 20.19 on runs it. In the repository it is TypeScript, which
// Node runs as it is from 22.18 on; under an older one this hands over to the runtime that the repository brings along.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Set for the process that is handed over to. */
const HANDED_OVER = 'CONNECTGAIN_HANDED_OVER'
const isPackage = !existsSync(new URL('../src', import.meta.url))

if (process.env[HANDED_OVER] !== undefined) endWithParent()

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
  handOver(pinned)
}

function findPinnedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json')
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  } catch {
    return undefined
  }
}

/** Signals go on to the other process, and this one ends as that one does. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel carries no messages: that it closes tells the child of an end that no signal announced, a SIGKILL.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [HANDED_OVER]: '1' },
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.once('error', (error) => {
    process.stderr.write(`${node} cannot be started: ${error.message}\n`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
  })
}

function endWithParent() {
  // Its own children, an editor or a hook, are not handed over to.
  delete process.env[HANDED_OVER]
  process.once('disconnect', () => {
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(128 + constants.signals.SIGTERM)
  })
  // It must not keep a command that is done from ending.
  process.channel?.unref()
}
