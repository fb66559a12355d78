import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { plainArray } from '../../database/array-literal.ts'
import type { Connection } from '../../database/database.ts'
import { maskValues } from '../../sender/build-request.ts'
import type { GuardOptions } from '../../sender/network-guard.ts'
import { ApiError } from '../../domain/errors.ts'
import { isKnownSubscription } from '../../domain/event-types/event-types.ts'
import type { Clock } from '../../domain/clock.ts'
import { newId } from '../../domain/ids.ts'
import type { ReceiverAuth } from '../../domain/receiver-auth.ts'
import type { OwnInboxes } from '../../sender/own-inboxes.ts'
import type { SecretBox } from '../../secrets/secret-box.ts'
import { generateSigningSecret, secretHint } from '../../secrets/secret-box.ts'
import { authContext, headersContext, secretContext } from '../../secrets/sealed-columns.ts'
import type { JsonObject } from '../../rest/request/json.ts'
import { inRow } from '../../rest/request/row-place.ts'
import type { RevealOnce, TableRules } from '../../rest/schema-cache/table-rules.ts'
import { showAuth } from './auth-field.ts'
import { GENERATE, configurationFields } from './configuration-fields.ts'
import { placeOf, readEventNames, unknownEvents } from './event-names.ts'
import { parseRow, parseEachRow } from './field-problems.ts'
import { requireOrder, requireOrderOfEach } from './require-order.ts'
import { requireSigningKeys } from './require-signing-keys.ts'
import { readShapes, requireFittingShape } from './shape-fields.ts'
import { findInboxes, listOwners } from './sql/statements.generated.ts'

/** Validates writes to `webhook_configurations`, and encrypts secrets. */
export function webhookConfigurationRules(
  box: SecretBox,
  guard: GuardOptions,
  inboxes: OwnInboxes,
  clock: Clock,
): TableRules {
  const fields = configurationFields(guard, inboxes, clock)
  const sealer = { box, clock }
  const { id, organization_id, name, url, events, ...optional } = fields
  const insertSchema = z
    .object({ id, ...optional })
    .partial()
    .extend({ organization_id, name, url, events })
  const updateSchema = z.object(fields).omit({ id: true, organization_id: true }).partial()
  const { organization_id: _, id: __, ...writableOnUpdate } = fields

  return {
    writable: Object.keys(fields),
    async beforeInsert(connection, rows, _principal, revealOnce) {
      const parsed = parseEachRow(insertSchema, rows)
      requireOrderOfEach(parsed)
      for (const [index, row] of parsed.entries()) requireFittingShape(row, { index, count: parsed.length })
      await requireKnownEvents(
        connection,
        parsed.map((row) => row.events),
      )
      await requireOwnInboxes(
        connection,
        parsed.flatMap(({ url: given, organization_id: owner }, index) => {
          const inbox = inboxes.idOf(given)
          return inbox === undefined ? [] : [{ inbox, owner, index }]
        }),
        parsed.length,
      )
      const asymmetric = parsed.filter(({ signature_type: type }) => type === 'ed25519')
      await requireSigningKeys(
        connection,
        box,
        asymmetric.map((row) => row.organization_id),
      )
      return parsed.map((row) => {
        const rowId = row.id ?? newId()
        return { ...row, id: rowId, ...seal(sealer, rowId, row, revealOnce) } as JsonObject
      })
    },
    async beforeUpdate(connection, change, ids, _principal, revealOnce) {
      const fixed = Object.keys(change).find((column) => !(column in writableOnUpdate))
      if (fixed !== undefined) {
        throw new ApiError(400, '22023', ofField(fixed, phrase('field.fixed')), {
          details: fixed,
          hint: phrase('hint.anotherWebhook'),
        })
      }
      const parsed = parseRow(updateSchema, change)
      await requireOrder(connection, ids, parsed)
      for (const shape of await readShapes(connection, parsed, ids))
        requireFittingShape({ ...shape, ...parsed })
      await requireKnownEvents(connection, [parsed.events ?? []])
      const inbox = inboxes.idOf(parsed.url ?? '')
      if (inbox !== undefined) {
        const owners = await readOwners(connection, ids)
        await requireOwnInboxes(
          connection,
          owners.map((owner) => ({ inbox, owner, index: 0 })),
          1,
        )
      }
      if (parsed.signature_type === 'ed25519')
        await requireSigningKeys(connection, box, await readOwners(connection, ids))
      return new Map(
        ids.map((rowId) => [rowId, { ...parsed, ...seal(sealer, rowId, parsed, revealOnce) } as JsonObject]),
      )
    },
  }
}

interface Sealable {
  secret?: string | null | undefined
  headers?: Record<string, string> | undefined
  auth?: ReceiverAuth | null | undefined
}

interface Sealer {
  box: SecretBox
  clock: Clock
}

/** Each row has its own ciphertext, bound to its id: equal secrets do not look alike. */
function seal(
  { box, clock }: Sealer,
  rowId: string,
  { secret, headers, auth }: Sealable,
  revealOnce: RevealOnce,
): JsonObject {
  const plain = secret === GENERATE ? generateSigningSecret() : secret
  if (secret === GENERATE) revealOnce(rowId, { secret: plain ?? null })
  return {
    ...sealSecret(box, rowId, plain),
    ...sealHeaders(box, rowId, headers),
    ...(auth === undefined ? {} : sealAuth({ box, clock }, rowId, auth)),
  }
}

function sealSecret(box: SecretBox, rowId: string, secret: string | null | undefined): JsonObject {
  if (secret === undefined) return {}
  // A secret written directly applies at once; rotate_webhook_secret changes it with an overlap.
  const alone = { previous_secret: null, previous_secret_until: null }
  if (secret === null) return { secret: null, secret_hint: null, ...alone }
  return { secret: box.seal(secret, secretContext(rowId)), secret_hint: secretHint(secret), ...alone }
}

function sealHeaders(box: SecretBox, rowId: string, headers: Record<string, string> | undefined): JsonObject {
  if (headers === undefined) return {}
  return {
    headers: maskValues(headers),
    sealed_headers: box.seal(JSON.stringify(headers), headersContext(rowId)),
  }
}

function sealAuth({ box, clock }: Sealer, rowId: string, auth: ReceiverAuth | null): JsonObject {
  if (auth === null) return { auth: null, sealed_auth: null }
  return {
    auth: showAuth(auth, clock.now()),
    sealed_auth: box.seal(JSON.stringify(auth), authContext(rowId)),
  }
}

interface InboxUse {
  inbox: string
  /** The organization whose webhook has the inbox's URL. */
  owner: string
  /** The row that uses it. */
  index: number
}

/**
 * The network guard does not cover our own inboxes: a webhook may only use an existing inbox of its own organization.
 */
async function requireOwnInboxes(
  connection: Connection,
  uses: readonly InboxUse[],
  count: number,
): Promise<void> {
  if (uses.length === 0) return
  const { rows } = await connection.query(...findInboxes({ ids: plainArray(uses.map(({ inbox }) => inbox)) }))
  const isThere = ({ inbox, owner }: InboxUse): boolean =>
    rows.some(({ id, organization_id }) => id === inbox && organization_id === owner)
  const wrong = uses.find((use) => !isThere(use))
  if (wrong === undefined) return
  const problem = ofField('url', phrase('url.inbox'))
  throw new ApiError(400, '22023', inRow(wrong.index, count, problem), {
    details: 'url',
    hint: phrase('hint.newInbox'),
  })
}

async function readOwners(connection: Connection, ids: readonly string[]): Promise<string[]> {
  const { rows } = await connection.query(...listOwners({ ids: plainArray(ids) }))
  return rows.map(({ organization_id }) => organization_id)
}

/** @param subscriptions of each row */
async function requireKnownEvents(
  connection: Connection,
  subscriptions: readonly (readonly string[])[],
): Promise<void> {
  const named = new Set(subscriptions.flat())
  if (named.size === 0) return
  const names = await readEventNames(connection)
  const wrong = [...named].filter((subscription) => !isKnownSubscription(subscription, names))
  if (wrong.length > 0) throw unknownEvents('events', wrong, names, placeOf(subscriptions, wrong))
}
