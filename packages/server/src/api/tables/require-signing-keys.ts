import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { generateSigningKeyPair } from '../../domain/signature/ed25519.ts'
import { newId } from '../../domain/ids.ts'
import { signingKeyContext } from '../../secrets/sealed-columns.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import { listKeyOwners, storeSigningKey } from './sql/statements.generated.ts'

/** Creates the key pair of each organization that has none yet, in the transaction of the webhook that needs it. */
export async function requireSigningKeys(
  connection: Connection,
  box: SecretBox,
  organizations: readonly string[],
): Promise<void> {
  const wanted = [...new Set(organizations)]
  if (wanted.length === 0) return
  const { rows } = await connection.query(...listKeyOwners({ organizations: plainArray(wanted) }))
  const existing = new Set(rows.map(({ organization_id }) => organization_id))
  for (const organizationId of wanted.filter((id) => !existing.has(id)).toSorted()) {
    const id = newId()
    const { publicKey, privateKey } = generateSigningKeyPair()
    await connection.query(
      ...storeSigningKey({
        id,
        organizationId,
        publicKey,
        privateKey: box.seal(privateKey, signingKeyContext(id)),
      }),
    )
  }
}
