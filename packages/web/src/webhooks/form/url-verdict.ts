import { useQuery } from '@tanstack/react-query'
import { useSettled } from '../../components/use-settled.ts'
import { ApiError, send } from '../../api/client.ts'
import { readFieldErrors } from './field-errors.ts'
import type { UrlCheck } from './url-check.ts'
import { checkUrl } from './url-check.ts'

const TYPING_MS = 400

export interface UrlVerdict {
  check: UrlCheck | 'checking'
  /** Why the API would refuse the URL. */
  error: string | undefined
}

/** Judges a URL while it is typed: its form at once, then as the API would, which alone knows which addresses are allowed. */
export function useUrlVerdict(url: string, organizationId: string): UrlVerdict {
  const check = checkUrl(url)
  const settled = useSettled(url.trim(), TYPING_MS)
  const isComplete = check === 'fine' || check === 'plainHttp'
  const verdict = useQuery({
    queryKey: ['url-verdict', organizationId, settled],
    queryFn: ({ signal }) => askApi(settled, organizationId, signal),
    enabled: isComplete && settled === url.trim(),
    retry: false,
    staleTime: 60_000,
  })
  if (!isComplete) return { check, error: undefined }
  // Whatever else keeps the API from answering, saving will say so.
  if (settled !== url.trim() || verdict.isPending)
    return { check: check === 'fine' ? 'checking' : check, error: undefined }
  return { check, error: verdict.data ?? undefined }
}

/**
 * Asks for a webhook with this URL and nothing else, which is never created: the API lists every problem, and the URL is among them
 * or not.
 *
 * @returns why the URL is refused; null if it is not
 */
async function askApi(url: string, organizationId: string, signal: AbortSignal): Promise<string | null> {
  const body = { organization_id: organizationId, name: '', url, events: [] }
  try {
    await send('/rest/v1/webhook_configurations', { method: 'POST', body, signal })
    return null
  } catch (error) {
    if (error instanceof ApiError) return readFieldErrors(error).url ?? null
    throw error
  }
}
