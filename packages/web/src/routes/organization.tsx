import { createContext, useContext } from 'react'
import type { Organization, Session } from '../api/types.ts'

/** Whose webhooks are shown, and what may be done. */
export interface Access {
  session: Session
  organizationId: string
  /** Empty for a session that knows only its own. */
  organizations: readonly Organization[]
  canChange: boolean
  chooseOrganization: (id: string | null) => void
}

const AccessContext = createContext<Access | null>(null)

export const AccessProvider = AccessContext.Provider

export function useAccess(): Access {
  const access = useContext(AccessContext)
  if (access === null) throw new Error('nobody is signed in here')
  return access
}

const KEY = 'organization'

export function rememberedOrganization(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function rememberOrganization(id: string | null): void {
  try {
    if (id === null) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, id)
  } catch {
    // It is asked for again next time.
  }
}

/** A key that may only read is shown everything and can change nothing. */
export const mayChange = ({ scope }: Session): boolean => !['read', 'emit'].includes(scope)
