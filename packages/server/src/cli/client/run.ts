import { WebhooksError } from '@connectgain/webhooks-client'
import type { Client } from '@connectgain/webhooks-client'
import type { Command } from 'commander'
import { FAILED } from '../exit-codes.ts'
import type { ConnectionFlags } from './api.ts'
import { CommandFailed, connectApi } from './api.ts'
import { paint } from './output.ts'

/** Declared as a method, so that an action may accept its own options in addition to the common ones. */
type Action = { run(api: Client, flags: ConnectionFlags, args: readonly string[]): Promise<void> }['run']

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
      const [message, hint] = describeFailure(error)
      process.stderr.write(`${paint('red', 'error:')} ${message}\n`)
      if (hint !== null) process.stderr.write(`${hint}\n`)
      process.exitCode = FAILED
    }
  }
}

/** @throws the error itself if it is a fault of the program */
function describeFailure(error: unknown): [message: string, hint: string | null] {
  if (error instanceof CommandFailed) return [error.message, error.hint ?? null]
  if (!(error instanceof WebhooksError)) throw error
  const { message, details, hint, code } = error
  const isAway = code === 'unreachable' || code === 'timeout'
  const remedy = isAway ? 'Start the server, or set its URL with --url.' : hint
  if (details === null || isFieldNames(details)) return [message, isAboutDetails(remedy) ? null : remedy]
  return [`${message}. ${details}`, remedy]
}

/** They are for forms: the message says them too. */
const isFieldNames = (details: string): boolean => /^\w+(?:, \w+)*$/.test(details)

/** Such as “Correct the field that details names.” */
const isAboutDetails = (hint: string | null): boolean =>
  hint !== null && /\bdetails (?:names|lists)/.test(hint)
