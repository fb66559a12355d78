import { ofField, phrase } from '../../domain/messages/phrase.ts'
import { ApiError } from '../../domain/errors.ts'
import type { Principal } from '../../domain/principal.ts'

/**
 * The organization that a call is about: the caller's own, or the one that the service key names.
 * @throws ApiError 400 or 404
 */
export function chooseOrganization({ organizationId: own }: Principal, given: string | undefined): string {
  const chosen = given ?? own
  if (chosen === null) {
    throw new ApiError(400, '22023', ofField('organization_id', phrase('field.needed')), {
      details: 'organization_id',
    })
  }
  if (own !== null && own !== chosen)
    throw new ApiError(404, 'P0002', phrase('error.noOrganization', { id: chosen }), {
      details: 'organization_id',
    })
  return chosen
}
