import type { Clock } from '../domain/clock.ts'
import type { OAuth2Client } from '../domain/receiver-auth.ts'
import { AccessTokens } from './access-tokens.ts'
import type { Answer } from './answer.ts'
import type { OutgoingRequest, Sender } from './send.ts'
import { TokenFailure } from './token-failure.ts'

/** With less time than this left, a second request would only time out and hide why the first was refused. */
const MIN_SECOND_TRY_MS = 100

/** A sender that gives requests with OAuth 2.0 their access token first, within the same timeout. */
export function withAccessTokens(sender: Sender, clock: Clock): Sender {
  const tokens = new AccessTokens(sender, clock)
  return {
    // Not async: nearly all requests have no token, and each await costs.
    send: (request) =>
      request.auth?.type === 'oauth2'
        ? sendWithToken(request, request.auth, { sender, tokens })
        : sender.send(request),
  }
}

interface Means {
  sender: Sender
  tokens: AccessTokens
}

/** A token takes half of the time that is left at most, so that a slow token server leaves the endpoint its share. */
async function sendWithToken(
  request: OutgoingRequest,
  client: OAuth2Client,
  { sender, tokens }: Means,
): Promise<Answer> {
  const started = performance.now()
  const left = (): number => Math.max(1, Math.round(request.timeout - (performance.now() - started)))
  try {
    const token = await tokens.get(client, Math.ceil(left() / 2))
    const answer = await sender.send(authorize(request, token.value, left()))
    // A server may forget its tokens at any time.
    const isForgotten = answer.kind === 'response' && answer.statusCode === 401 && token.wasCached
    if (!isForgotten || left() < MIN_SECOND_TRY_MS) return answer
    tokens.drop(client, token.value)
    const fresh = await tokens.get(client, Math.ceil(left() / 2))
    return await sender.send(authorize(request, fresh.value, left()))
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error
    const durationMs = Math.round(performance.now() - started)
    return { kind: 'failure', error, phase: 'connecting', durationMs }
  }
}

function authorize({ url, headers, body }: OutgoingRequest, token: string, timeout: number): OutgoingRequest {
  return { url, headers: { ...headers, Authorization: `Bearer ${token}` }, body, timeout }
}
