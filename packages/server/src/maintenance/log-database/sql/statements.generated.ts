// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const advanceCopies = typedStatement<
  {
    isMore: boolean
    changedAt: Date | string
    changedId: string
    comparedId: string
    mapInstalledAt: string | null
  },
  object
>(import.meta.url, 'advance-copies')

export const deleteOrganizations = typedStatement<
  {
    organizationIds: readonly string[] | string
  },
  {
    drop_tenants: string | null
  }
>(import.meta.url, 'delete-organizations')

export const dropReplacedOrganizations = typedStatement<
  {
    organizations: string
  },
  object
>(import.meta.url, 'drop-replaced-organizations')

export const isDeletedOrganization = typedStatement<
  {
    organizationId: string
  },
  {
    is_deleted: boolean
  }
>(import.meta.url, 'is-deleted-organization')

export const keepOrganizations = typedStatement<
  {
    organizations: string
  },
  object
>(import.meta.url, 'keep-organizations')

export const listChangedOrganizations = typedStatement<
  {
    afterAt: Date | string
    afterId: string
    limit: number
  },
  {
    id: string
    external_id: string
    name: string | null
    created_at: string
    updated_at: string
  }
>(import.meta.url, 'list-changed-organizations')

export const listCopiedErasures = typedStatement<
  {
    keptMs: number
  },
  {
    id: string
  }
>(import.meta.url, 'list-copied-erasures')

export const listOrganizations = typedStatement<
  {
    afterId: string
    limit: number
  },
  {
    id: string
    external_id: string
    name: string | null
    created_at: string
    updated_at: string
  }
>(import.meta.url, 'list-organizations')

export const listOtherErasures = typedStatement<
  {
    keptMs: number
    knownIds: readonly string[] | string
    limit: number
  },
  {
    erasures: string
    count: number
  }
>(import.meta.url, 'list-other-erasures')

export const listUncopiedDeletions = typedStatement<
  {
    limit: number
  },
  {
    organization_id: string
  }
>(import.meta.url, 'list-uncopied-deletions')

export const lockCopies = typedStatement<
  object,
  object
>(import.meta.url, 'lock-copies')

export const noteCopiedDeletions = typedStatement<
  {
    organizationIds: readonly string[] | string
  },
  object
>(import.meta.url, 'note-copied-deletions')

export const readSourceState = typedStatement<
  {
    settleMs: number
  },
  {
    settled_at: string
    map_installed_at: string | null
  }
>(import.meta.url, 'read-source-state')

export const startErasures = typedStatement<
  {
    erasures: string
  },
  object
>(import.meta.url, 'start-erasures')

export const takeCopyingTurn = typedStatement<
  {
    pauseMs: number
  },
  {
    changed_at: string
    changed_id: string
    compared_id: string
    map_installed_at: string | null
  }
>(import.meta.url, 'take-copying-turn')
