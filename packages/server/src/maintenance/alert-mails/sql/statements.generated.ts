// Written by `npm run generate` from the .sql files beside it: change them.
import { typedStatement } from '../../../database/statement.ts'

export const claimMails = typedStatement<
  {
    limit: number
  },
  {
    id: string
    recipient: string
    locale: string
    attempts: number
    webhook_id: string
    webhook_name: string
    type: string
    threshold: number | null
    since: Date
    message: string
    is_old: boolean
    error_code: string | null
  }
>(import.meta.url, 'claim-mails')

export const deleteMail = typedStatement<
  {
    id: string
  },
  object
>(import.meta.url, 'delete-mail')

export const expireAlerts = typedStatement<
  {
    retentionMs: number
  },
  object
>(import.meta.url, 'expire-alerts')

export const expireMails = typedStatement<
  object,
  object
>(import.meta.url, 'expire-mails')

export const postponeMail = typedStatement<
  {
    waitMs: number
    id: string
  },
  object
>(import.meta.url, 'postpone-mail')
