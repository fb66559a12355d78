import type { PortalSettings } from '../../../server/src/domain/portal/settings.ts'
import { PORTAL_META } from '../../../server/src/domain/portal/settings.ts'

/** What the operator has set for the page, from its own document. */
export const portal: PortalSettings = read()

function read(): PortalSettings {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${PORTAL_META}"]`)?.content
  return content === undefined ? { frame_ancestors: [] } : (JSON.parse(content) as PortalSettings)
}
