#!/usr/bin/env node
// A package holds the program compiled. The repository holds TypeScript, which needs Node 22.18 or later: npm's scripts and npx
// run the locked one in node_modules/.bin.
import { existsSync } from 'node:fs'

if (!existsSync(new URL('../src', import.meta.url))) {
  await import('../dist/cli/index.js')
} else if (process.features.typescript) {
  await import('../src/cli/index.ts')
} else {
  process.stderr.write(
    `Node ${process.version} cannot run the TypeScript sources. Use "npm run cli -- <command>".\n`,
  )
  process.exitCode = 2
}
