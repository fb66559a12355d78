import { phrase } from '../../domain/messages/phrase.ts'
import { z } from 'zod'
import { isPagePath } from '../../domain/portal/return-path.ts'
import { ApiError } from '../../domain/errors.ts'
import { LOCALES } from '../../domain/messages/locales.ts'
import type { Locale } from '../../domain/messages/locales.ts'
import type { CreatedLink } from '../sessions/session-store.ts'
import { uuid } from '../tables/configuration-fields.ts'
import { time } from './results.ts'
import { defineFunction } from './rpc.ts'

const DEFAULT_SECONDS = 3_600
const MAX_SECONDS = 86_400

const seconds = phrase('field.seconds', { from: 60, to: MAX_SECONDS })

const PAGE = '/settings/webhooks'

const path = z.string(phrase('field.text')).refine(isPagePath, phrase('field.pagePath', { path: PAGE }))

const schema = z.strictObject({
  organization_id: uuid,
  locale: z.enum(LOCALES, phrase('field.oneOf', { names: LOCALES.join(', ') })).optional(),
  expires_in: z.int(seconds).min(60, seconds).max(MAX_SECONDS, seconds).default(DEFAULT_SECONDS),
  return_to: path.default(PAGE),
})

const result = z.object({
  url: z.url(),
  token: z.string().describe('What the link carries'),
  expires_at: time,
})

/**
 * Creates a one-time link to the settings page for one organization: it opens one session, and both end at
 * `expires_at`. The token is in the fragment, which browsers send to no server, so it appears in no log and no
 * `Referer`. The path of the link is checked, so that a host may pass on the `return_to` that the page gave to it.
 */
export const createPortalSession = defineFunction(
  'change',
  schema,
  result,
  async (
    { sessions },
    { organization_id, expires_in, return_to, locale },
    principal,
    { caller, origin, keep },
  ) => {
    if (principal.organizationId !== null && principal.organizationId !== organization_id) {
      throw new ApiError(404, 'P0002', phrase('error.noOrganization', { id: organization_id }), {
        details: 'organization_id',
      })
    }
    const describe = ({ token, expiresAt }: CreatedLink) => ({
      url: `${origin}${withLocale(return_to, locale)}#token=${token}`,
      token,
      expires_at: expiresAt.toISOString(),
    })
    const link = await sessions.createLink(
      {
        organizationId: organization_id,
        seconds: expires_in,
        sourceKey: caller.sourceKey,
        sessionId: caller.session?.id,
      },
      principal.actor,
      (connection, created) => keep(connection, describe(created)),
    )
    return describe(link)
  },
)

/** The page takes its language from the link and keeps it. */
function withLocale(view: string, locale: Locale | undefined): string {
  if (locale === undefined) return view
  const url = new URL(view, 'http://page')
  url.searchParams.set('locale', locale)
  return url.pathname + url.search
}
