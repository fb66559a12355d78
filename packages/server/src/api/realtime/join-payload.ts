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
  if (!parsed.success) throw malformed('the join', parsed.error)
  const { config, access_token } = parsed.data
  if (config?.presence?.enabled === true) throw notOffered('presence')
  const changes = config?.postgres_changes ?? []
  if (changes.length === 0) throw notOffered('a channel without postgres_changes')
  return { changes, accessToken: access_token ?? undefined }
}

/** Undefined: the key of the connection counts again. @throws ApiError */
export function parseToken(payload: unknown): string | undefined {
  const parsed = tokenPayload.safeParse(payload)
  if (!parsed.success) throw malformed('access_token', parsed.error)
  return parsed.data.access_token ?? undefined
}

/** @param what such as `presence` */
export function notOffered(what: string): ApiError {
  return new ApiError(501, '0A000', `${what} is not available here`, {
    hint: 'Channels of this server carry changes of tables: .on("postgres_changes", …).',
  })
}

function malformed(what: string, error: z.ZodError): ApiError {
  const [issue] = error.issues
  const place = issue?.path.join('.') ?? ''
  return new ApiError(
    400,
    'PGRST100',
    `${what} is malformed: ${place === '' ? '' : `${place}: `}${issue?.message}`,
  )
}
