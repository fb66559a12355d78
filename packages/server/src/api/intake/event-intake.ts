import { toErrorResponse } from '../../rest/response/error-response.ts'
import type { Principal } from '../../domain/principal.ts'
import type { RestRequest, RestResponse } from '../../rest/request/rest-message.ts'
import type { Rest } from '../../rest/rest.ts'
import type { RequireBacklogRoom } from './back-pressure.ts'
import { explainPublishing } from './explain-publishing.ts'
import { readPost } from './readable-post.ts'
import type { ReadablePost } from './readable-post.ts'

/**
 * Accepts an ordinary post of events; false if it has to be handled by the general code.
 * @throws RestError
 */
export type AcceptPost = (principal: Principal, post: ReadablePost) => Promise<boolean>

export interface EventIntakeOptions {
  rest: Rest
  acceptPost: AcceptPost
  requireRoom: RequireBacklogRoom
  /** Called before a post is stored by the general code. Default: `requireRoom` is enough. */
  requireRoomInDatabase?: RequireBacklogRoom
  onFailure(thrown: unknown): void
}

/**
 * Serves `/rest/v1` with a fast path for ordinary posts of events. What that does not accept is handled by the general code, which
 * knows every option and every error.
 */
export function createEventIntake(options: EventIntakeOptions): Rest {
  const { rest, acceptPost, requireRoom, requireRoomInDatabase, onFailure } = options

  async function handlePost(request: RestRequest): Promise<RestResponse> {
    await requireRoom()
    // What is stored together with others has no transaction of its own to keep a response in.
    const post = request.keep === undefined ? readPost(request) : undefined
    if (post !== undefined && (await acceptPost(request.principal, post))) return respondTo(request)
    await request.confirm?.()
    await requireRoomInDatabase?.()
    return await rest.handle(request)
  }

  return {
    ...rest,
    async handle(request) {
      if (request.method !== 'POST' || request.table !== 'webhook_events') return await rest.handle(request)
      try {
        return await handlePost(request)
      } catch (error) {
        const refusal = toErrorResponse(explainPublishing(error), request.principal)
        if (refusal.status >= 500) onFailure(error)
        return refusal
      }
    },
  }
}

function respondTo({ headers }: RestRequest): RestResponse {
  const isAsked = headers['prefer'] !== undefined && headers['prefer'] !== ''
  const applied: Record<string, string> = isAsked ? { 'preference-applied': 'return=minimal' } : {}
  return { status: 201, headers: { 'content-range': '*/*', ...applied }, body: '' }
}
