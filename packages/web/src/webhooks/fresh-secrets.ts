import { useSyncExternalStore } from 'react'

/*
 * Secrets in the moment in which they are known: from the answer that made them until they are put away. In memory
 * only; a reload forgets them.
 */
const secrets = new Map<string, string>()
const fresh = new Set<string>()
const listeners = new Set<() => void>()

function changed(): void {
  for (const listener of listeners) listener()
}

/** Notes that a webhook was just made, and its secret where it has one. */
export function keepSecret(webhookId: string, secret: string | undefined): void {
  fresh.add(webhookId)
  if (secret !== undefined) secrets.set(webhookId, secret)
  changed()
}

export function putAway(webhookId: string): void {
  fresh.delete(webhookId)
  secrets.delete(webhookId)
  changed()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useFresh(webhookId: string): { isFresh: boolean; secret: string | undefined } {
  const isFresh = useSyncExternalStore(subscribe, () => fresh.has(webhookId))
  const secret = useSyncExternalStore(subscribe, () => secrets.get(webhookId))
  return { isFresh, secret }
}
