import { readFileSync } from 'node:fs'
import type { Tables } from '@connectgain/webhooks-client'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { CommandFailed } from './api.ts'

/** How a webhook authenticates itself beside its signature, as options say it. */
export interface AuthFlags {
  tokenUrl?: string
  clientId?: string
  clientSecret?: string
  scope?: string
  audience?: string
  clientCertificate?: string
  clientKey?: string
  /** False for `--no-auth`. */
  auth?: boolean
}

export function withAuth(command: Command): Command {
  return command
    .option('--token-url <url>', 'OAuth 2.0 with client credentials: where access tokens come from')
    .option('--client-id <id>')
    .option('--client-secret <file>', 'file with the client secret, or - for standard input', readSecret)
    .option('--scope <names>', 'scope of the token; several names in quotes, separated by a space')
    .option('--audience <name>', 'the API that the token is for, where the token server wants it')
    .option(
      '--client-certificate <file>',
      'mutual TLS: PEM file with the certificate and its intermediates',
      readText,
    )
    .option('--client-key <file>', 'PEM file with its unencrypted key, or - for standard input', readSecret)
}

type Auth = Tables['webhook_configurations']['update']['auth']

/** @returns the value of `auth`, whose missing fields the API names; undefined: the options do not mention it */
export function readAuth(flags: AuthFlags): Auth {
  const { tokenUrl, clientId, clientSecret, scope, audience, clientCertificate, clientKey } = flags
  const oauth2 = { token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, scope, audience }
  const mtls = { certificate: clientCertificate, key: clientKey }
  const [wantsToken, hasCertificate] = [oauth2, mtls].map((fields) =>
    Object.values(fields).some((value) => value !== undefined),
  )
  if (wantsToken && hasCertificate)
    throw new CommandFailed('a webhook uses either OAuth 2.0 or a client certificate', {
      hint: 'Leave out the options of one of them.',
    })
  if (wantsToken) return { type: 'oauth2', ...oauth2 } as Auth
  if (hasCertificate) return { type: 'mtls', ...mtls } as Auth
  return flags.auth === false ? null : undefined
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InvalidArgumentError(`Must be a file that can be read: ${(error as Error).message}`)
  }
}

/** Arguments of a command can be seen by others, so a secret is not one. */
function readSecret(file: string): string {
  const text = file === '-' ? readFileSync(0, 'utf8') : readText(file)
  return text.replace(/\r?\n$/, '')
}
