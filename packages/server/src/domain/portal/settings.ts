import type { PortalTheme } from './theme.ts'

/** What the operator sets for the settings page; the page reads it from its own document. */
export interface PortalSettings {
  /** Origins whose pages may frame the page; `*` for a name before the first dot. */
  frame_ancestors: readonly string[]
  refresh_url?: string | undefined
  theme?: PortalTheme | undefined
}

/** The `meta` element of the page's document that holds them. */
export const PORTAL_META = 'connectgain-portal'
