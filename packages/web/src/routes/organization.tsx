import { createContext, useContext } from 'react'
import { readStored } from '../api/stored.ts'
import type { Organization, Session } from '../api/types.ts'

/** The organization whose webhooks are shown, and the caller's rights. */
export interface Access {
  session: Session
  organizationId: string
  /** Empty for a session of a single organization. */
  organizations: readonly Organization[]
  canChange: boolean
  chooseOrganization: (id: string | null) => void
}

const AccessContext = createContext<Access | null>(null)

export const AccessProvider = AccessContext.Provider

export function useAccess(): Access {
  const access = useContext(AccessContext)
  if (access === null) throw new Error('this component needs a session')
  return access
}

const KEY = 'organization'

export const rememberedOrganization = (): string | null => readStored(KEY)

export function rememberOrganization(id: string | null): void {
  try {
    if (id === null) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, id)
  } catch {
    // The choice is not remembered.
  }
}

/** Read-only keys see everything and cannot change anything. */
export const mayChange = ({ scope }: Session): boolean => !['read', 'emit'].includes(scope)
