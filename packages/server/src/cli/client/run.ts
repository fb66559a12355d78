import type { Command } from 'commander'
import { FAILED } from '../exit-codes.ts'
import type { Api, ConnectionFlags } from './api.ts'
import { CommandFailed, connectApi } from './api.ts'
import { paint } from './output.ts'

/** Declared as a method, so that an action may accept its own options in addition to the common ones. */
type Action = { run(api: Api, flags: ConnectionFlags, args: readonly string[]): Promise<void> }['run']

/** Wraps an action that uses the API: its failures are reported with their remedy. */
export function withApi(run: Action): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander's order: arguments, options, the command itself.
    const command = given.at(-1) as Command
    const flags = command.optsWithGlobals<ConnectionFlags>()
    // The reader of the output has closed it, as in `logs | head`.
    process.stdout.on('error', () => process.exit(0))
    try {
      await run(connectApi(flags), flags, given.slice(0, -2) as string[])
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      process.stderr.write(`${paint('red', 'error:')} ${error.message}\n`)
      if (error.hint !== undefined) process.stderr.write(`${error.hint}\n`)
      process.exitCode = FAILED
    }
  }
}
