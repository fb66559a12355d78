import { spawnSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Row } from '@connectgain/webhooks-client'
import type { Api } from './api.ts'
import type { ReceivedRequest } from './receiver-server.ts'

export type SigningKeyRow = Row<'webhook_signing_keys'>

/** The public keys of an organization, the current one first. */
export const readKeys = async (api: Api, organizationId: string): Promise<SigningKeyRow[]> =>
  await api.get<SigningKeyRow>(
    `webhook_signing_keys?organization_id=eq.${organizationId}&order=created_at.desc`,
  )

/** Which of a request's signatures Node.js verifies with a public key, given as SPKI, not by our own code. */
export function verifiedBy(publicKey: string, { headers, body }: ReceivedRequest): boolean[] {
  const point = Buffer.from(publicKey.slice('whpk_'.length), 'base64')
  const prefix = Buffer.from('302a300506032b6570032100', 'hex')
  const key = createPublicKey({ key: Buffer.concat([prefix, point]), format: 'der', type: 'spki' })
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .map((each) => verify(null, signed, key, Buffer.from(each.replace(/^v1a,/, ''), 'base64')))
}

/** The function that docs/receiving.md shows, and a call of it. */
const PROGRAM = `${documented()}
import json, sys
given = json.load(sys.stdin)
print(is_signed(given["headers"], given["body"].encode(), given["key"]))
`

function documented(): string {
  const docs = readFileSync(new URL('../../../../docs/receiving.md', import.meta.url), 'utf8')
  return /```python\n([^]*?)```/.exec(docs)![1]!
}

export const HAS_PYTHON =
  spawnSync('python3', ['-c', 'import cryptography.hazmat.primitives.asymmetric.ed25519']).status === 0

/** Whether Python's `cryptography` verifies a request. */
export function isVerifiedByPython(key: string, { headers, body }: ReceivedRequest): boolean {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', PROGRAM], {
    input: JSON.stringify({ key, headers, body }),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim() === 'True'
}
