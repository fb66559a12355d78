import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiError, send } from './client.ts'
import { dropEarly } from './early.ts'
import type { Session } from './types.ts'

const SESSION = ['session']

async function readSession(): Promise<Session | null> {
  if (requestToken !== undefined) return await openHostSession(requestToken)
  const token = takeLinkToken()
  if (token === undefined) return await findSession()
  try {
    return await openSession({ token })
  } catch (refused) {
    // After a used link is opened again, its session may still exist.
    const session = await findSession()
    if (session === null) throw refused
    return session
  }
}

async function findSession(): Promise<Session | null> {
  try {
    return (await (await send('/session')).json()) as Session
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    dropEarly()
    return null
  }
}

let requestToken: (() => Promise<string | undefined>) | undefined

/** Sets where tokens come from: the page that shows this one in a frame. */
export function takeTokensFrom(request: () => Promise<string | undefined>): void {
  requestToken = request
}

/** The host knows who its user is; the cookie may be of the user before. */
async function openHostSession(request: () => Promise<string | undefined>): Promise<Session | null> {
  const token = await request()
  if (token !== undefined) return await openSession({ token })
  noteSessionEnd()
  return null
}

export async function openSession(credential: { token: string } | { key: string }): Promise<Session> {
  return (await (await send('/session', { method: 'POST', body: credential })).json()) as Session
}

/** Removes the token of a one-time link from the URL, so that it is neither kept in the history nor passed on. */
function takeLinkToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null || token === '') return undefined
  history.replaceState(history.state, '', location.pathname + location.search)
  return token
}

/** The current session; null if signed out. */
export function useSession() {
  return useQuery({ queryKey: SESSION, queryFn: readSession, staleTime: Infinity, retry: false })
}

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (key: string) => openSession({ key }),
    onSuccess: (session) => {
      hasEnded = false
      client.setQueryData(SESSION, session)
    },
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => send('/session', { method: 'DELETE' }),
    onSettled: () => {
      client.setQueryData(SESSION, null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] })
    },
  })
}

/** Tests if a query or mutation failed with 401, because the session has ended. */
export function isSessionEnd(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

export const sessionKey = SESSION

let hasEnded = false

/** Called when the session ends while the page is in use. */
export function noteSessionEnd(): void {
  hasEnded = true
}

/** Tests if a session ended while the page was in use: the user did not sign out. */
export const hasSessionEnded = (): boolean => hasEnded
