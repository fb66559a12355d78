import { useSyncExternalStore } from 'react'

/* Webhooks that were just created, until the user decides about existing records. A reload forgets them. */
const offered = new Set<string>()
const listeners = new Set<() => void>()

function changed(): void {
  for (const listener of listeners) listener()
}

export function offerExisting(webhookId: string): void {
  offered.add(webhookId)
  changed()
}

export function endOffer(webhookId: string): void {
  offered.delete(webhookId)
  changed()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useIsOffered = (webhookId: string): boolean =>
  useSyncExternalStore(subscribe, () => offered.has(webhookId))
