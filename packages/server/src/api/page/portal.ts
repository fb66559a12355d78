import { createHash } from 'node:crypto'
import { PORTAL_META } from '../../domain/portal/settings.ts'
import type { PortalSettings } from '../../domain/portal/settings.ts'
import { writeStylesheet } from '../../domain/portal/stylesheet.ts'

/** The operator's settings of the page, as its files carry them: neither needs an exception from its policy. */
export interface PortalFiles {
  /** Undefined for a theme without font, radius and colors. */
  stylesheet: { path: string; content: Buffer } | undefined
  /** Adds the settings to the document of the page. */
  addTo(html: string): string
  /** Origins of logos. */
  imageOrigins: readonly string[]
}

export function createPortalFiles(settings: PortalSettings, base: string): PortalFiles {
  const { theme = {}, frame_ancestors, refresh_url } = settings
  const css = writeStylesheet(theme)
  const digest = createHash('sha256').update(css).digest('base64url').slice(0, 8)
  const path = `assets/theme-${digest}.css`
  const hasSettings = frame_ancestors.length > 0 || refresh_url !== undefined || Object.keys(theme).length > 0
  const tags = [
    ...(hasSettings
      ? [`<meta name="${PORTAL_META}" content="${escapeAttribute(JSON.stringify(settings))}">`]
      : []),
    ...(css === '' ? [] : [`<link rel="stylesheet" href="${base}/${path}">`]),
  ]
  return {
    stylesheet: css === '' ? undefined : { path, content: Buffer.from(css) },
    addTo: (html) => html.replace(/(?=<\/head>|<title>)/, () => tags.join('')),
    imageOrigins: [
      ...new Set(
        [theme.logo, theme.logo_dark].flatMap((logo) =>
          logo?.startsWith('https:') === true ? [new URL(logo).origin] : [],
        ),
      ),
    ],
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' }

const escapeAttribute = (text: string): string => text.replaceAll(/[&"<>]/g, (found) => ENTITIES[found]!)
