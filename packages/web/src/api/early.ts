import { readStored } from './stored.ts'

/*
 * The first requests start with the page's smallest script, while the others still load. Each response is used once, by
 * the first request for the same path.
 */
const responses = new Map<string, Promise<Response>>()

/** Browsers attach the session cookie to every request, but other sites cannot make them send this header. */
export const SESSION_HEADER = { 'x-webhooks-session': '1' }

function request(path: string): Promise<Response> {
  const response = fetch(path, { credentials: 'same-origin', headers: SESSION_HEADER })
  responses.set(path, response)
  // Whoever takes it learns of a failure.
  response.catch(() => undefined)
  return response
}

export function takeEarly(path: string): Promise<Response> | undefined {
  const response = responses.get(path)
  responses.delete(path)
  return response
}

/** What was requested before signing in was refused. */
export const dropEarly = (): void => responses.clear()

/** @param listPaths what the list reads of an organization; undefined for other views */
export async function requestFirst(listPaths?: (organizationId: string) => string[]): Promise<void> {
  // The token of a one-time link opens another session than the present one.
  if (location.hash.includes('token=')) return
  const session = request('/session')
  if (listPaths === undefined) return
  const organizationId = readStored('organization') ?? (await readOrganization(session))
  if (organizationId != null) for (const path of listPaths(organizationId)) void request(path)
}

async function readOrganization(session: Promise<Response>): Promise<string | null | undefined> {
  try {
    const copy = (await session).clone()
    return copy.ok ? ((await copy.json()) as { organization_id: string | null }).organization_id : null
  } catch {
    return null
  }
}
