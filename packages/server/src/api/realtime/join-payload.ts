import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { ApiError } from '../../domain/errors.ts'

const MAX_ENTRIES = 50
const text = z.string().max(8_000)

/** What one `.on('postgres_changes', …)` asks for. */
const changesRequest = z.object({
  event: z.enum(['*', 'INSERT', 'UPDATE', 'DELETE']),
  schema: text,
  /** All tables without it. */
  table: text.nullish(),
  filter: text.nullish(),
  select: z.array(text).max(200).nullish(),
})
export type ChangesRequest = z.output<typeof changesRequest>

const joinPayload = z.object({
  config: z
    .object({
      postgres_changes: z.array(changesRequest).max(MAX_ENTRIES).nullish(),
      presence: z.object({ enabled: z.boolean().nullish() }).nullish(),
      private: z.boolean().nullish(),
    })
    .nullish(),
  access_token: text.nullish(),
})

const tokenPayload = z.object({ access_token: text.min(1).nullish() })

export interface JoinRequest {
  changes: ChangesRequest[]
  /** Undefined: the key of the connection counts. */
  accessToken: string | undefined
}

/** @throws ApiError for a malformed payload, and for what is not offered */
export function parseJoin(payload: unknown): JoinRequest {
  const parsed = joinPayload.safeParse(payload)
  if (!parsed.success) throw malformed('realtime.join', parsed.error)
  const { config, access_token } = parsed.data
  if (config?.presence?.enabled === true) throw notOffered('Presence')
  const changes = config?.postgres_changes ?? []
  if (changes.length === 0) throw notOffered('Changes')
  return { changes, accessToken: access_token ?? undefined }
}

/** Undefined: the key of the connection counts again. @throws ApiError */
export function parseToken(payload: unknown): string | undefined {
  const parsed = tokenPayload.safeParse(payload)
  if (!parsed.success) throw malformed('realtime.accessToken', parsed.error)
  return parsed.data.access_token ?? undefined
}

export function notOffered(what: 'Presence' | 'Broadcast' | 'Changes'): ApiError {
  return new ApiError(501, '0A000', phrase(`realtime.no${what}`), {
    hint: phrase('hint.tableChanges'),
  })
}

function malformed(code: 'realtime.join' | 'realtime.accessToken', error: z.ZodError): ApiError {
  const [issue] = error.issues
  const place = issue?.path.join('.') ?? ''
  const problem = `${place === '' ? '' : `${place}: `}${issue?.message}`
  return new ApiError(400, 'PGRST100', phrase(code, { problem }))
}
