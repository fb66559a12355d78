import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'preact/compat/client'
import { Fragment, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { Router } from 'wouter'
import { ApiError } from './api/client.ts'
import { isSessionEnd, noteSessionEnd, sessionKey } from './api/session.ts'
import { Toaster } from './components/toast.tsx'
import { connectHost } from './embed/connect.ts'
import { HostLink } from './embed/host-link.tsx'
import { keepSession } from './embed/session.ts'
import { onLanguage, shownLanguage } from './messages/index.ts'
import { App } from './routes/app.tsx'
import { BASE } from './routes/base.ts'
import { LeaveQuestion, useGuardedLocation } from './routes/leave-guard.tsx'

function onError(error: unknown): void {
  if (!isSessionEnd(error)) return
  if (client.getQueryData(sessionKey) != null) noteSessionEnd()
  client.setQueryData(sessionKey, null)
}

/** The sign-in page shows why a session could not be opened. */
function onQueryError(error: unknown, { queryKey }: { queryKey: readonly unknown[] }): void {
  if (queryKey[0] !== sessionKey[0]) onError(error)
}

/** Retries only requests that did not reach the API: a refusal would be repeated. */
function shouldRetry(failures: number, error: Error): boolean {
  const isRefusal = error instanceof ApiError && error.status < 500
  return !isRefusal && failures < 2
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onQueryError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: { queries: { retry: shouldRetry, staleTime: 2_000 } },
})

/** Renders everything anew in another language. What was typed into a form is kept as a draft. */
function InLanguage({ children }: { children: ReactNode }) {
  const language = useSyncExternalStore(onLanguage, shownLanguage)
  return <Fragment key={language}>{children}</Fragment>
}

export async function start(): Promise<void> {
  const host = await connectHost()
  if (host !== undefined) keepSession(host, client)
  createRoot(document.querySelector('#root')!).render(
    <QueryClientProvider client={client}>
      <Router base={BASE} hook={useGuardedLocation}>
        <InLanguage>
          <App />
          <LeaveQuestion />
          <Toaster />
        </InLanguage>
        {host !== undefined && <HostLink host={host} base={BASE} />}
      </Router>
    </QueryClientProvider>,
  )
}
