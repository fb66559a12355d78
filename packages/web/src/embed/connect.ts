import type { HostMessages } from '../../../elements/src/protocol.ts'
import { writeStylesheet } from '../../../server/src/domain/portal/stylesheet.ts'
import { giveLanguage } from '../messages/choice.ts'
import { showLanguage } from '../messages/index.ts'
import { findLanguage } from '../messages/languages.ts'
import { applyTheme } from '../routes/theme.ts'
import { findHost, setHost } from './host.ts'
import type { Host } from './host.ts'
import { portal } from './portal.ts'
import { readLook } from './read-look.ts'
import { fitFrame } from './size.ts'

const sheet = new CSSStyleSheet()
let shownTheme = ''
/** Before that, the page has shown nothing yet. */
let isConnected = false

/** Greets the host, and shows the page as the host wants it. Undefined where there is no host. */
export async function connectHost(): Promise<Host | undefined> {
  const host = findHost()
  if (host === undefined) return undefined
  document.adoptedStyleSheets.push(sheet)
  const hasAnswered = await host.greet((message) => configure(host, message))
  if (!hasAnswered) return undefined
  isConnected = true
  setHost(host)
  fitFrame(host)
  return host
}

function configure(to: Host, { theme, locale }: HostMessages['configure']): void {
  if (typeof locale === 'string') showLocale(to, locale)
  const next = JSON.stringify(theme) ?? ''
  if (next === shownTheme) return
  shownTheme = next
  const read = readLook(theme, portal.theme)
  if (Array.isArray(read)) return to.send('refused', { what: 'theme', text: read.join(' ') })
  sheet.replaceSync(writeStylesheet(read.look))
  applyTheme(read.scheme)
}

function showLocale(to: Host, locale: string): void {
  const language = findLanguage([locale])
  if (language === undefined) {
    return to.send('refused', { what: 'locale', text: `no text is in '${locale.slice(0, 35)}'` })
  }
  giveLanguage(language)
  if (isConnected) void showLanguage(language)
}
