// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const dropCount = typedStatement<
  object,
  object
>(import.meta.url, 'drop-count')

export const expireRollups = typedStatement<
  {
    level: string
    keptDays: number
    batch: number
  },
  object
>(import.meta.url, 'expire-rollups')

export const foldCounts = typedStatement<
  {
    batch: number
  },
  {
    taken: number
  }
>(import.meta.url, 'fold-counts')

export const readRollups = typedStatement<
  {
    organizationId: string
    webhookId: string
    level: string
    since: Date | string
    until: Date | string
  },
  {
    histograms: string
  }
>(import.meta.url, 'read-rollups')
