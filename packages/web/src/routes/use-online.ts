import { useQueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { OfflineError } from '../api/client.ts'

/** False while the browser is offline, or if the last request did not reach the server. */
export function useOnline(): boolean {
  const client = useQueryClient()
  const cache = client.getQueryCache()
  const isBrowserOnline = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine)
  const isServerReached = useSyncExternalStore(
    (listener) => cache.subscribe(listener),
    () => !cache.getAll().some(({ state }) => state.fetchFailureReason instanceof OfflineError),
  )
  return isBrowserOnline && isServerReached
}

function subscribeToNetwork(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}
