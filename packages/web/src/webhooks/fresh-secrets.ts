import { useSyncExternalStore } from 'react'

/* Secrets from the response that generated them until they are dismissed. In memory only; a reload loses them. */
const secrets = new Map<string, string>()
const fresh = new Set<string>()
const listeners = new Set<() => void>()

function changed(): void {
  for (const listener of listeners) listener()
}

/** Remembers that a webhook was just created, with its secret if it has one. */
export function keepSecret(webhookId: string, secret: string | undefined): void {
  fresh.add(webhookId)
  if (secret !== undefined) secrets.set(webhookId, secret)
  changed()
}

export function dismissSecret(webhookId: string): void {
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
