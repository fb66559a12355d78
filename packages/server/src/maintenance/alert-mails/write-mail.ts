import { isRightToLeft } from '../../domain/messages/locales.ts'
import type { Locale } from '../../domain/messages/locales.ts'
import type { Brand } from '../../domain/portal/brand.ts'

/** What a mail says, in the order in which it says it. */
export interface MailContent {
  locale: Locale
  subject: string
  heading: string
  /** Names and values. */
  facts: readonly (readonly [string, string])[]
  /** What to do. */
  advice: string
  link: { text: string; href: string } | undefined
  /** Why the recipient gets it. */
  footer: string
}

/** Both halves of a `multipart/alternative` mail. */
export interface Mail {
  subject: string
  text: string
  html: string
}

export function writeMail(content: MailContent, brand: Brand): Mail {
  const { subject } = content
  return { subject, text: writeText(content, brand), html: writeHtml(content, brand) }
}

function writeText({ heading, facts, advice, link, footer }: MailContent, { name }: Brand): string {
  return [
    heading,
    facts.map(([label, value]) => `${label}: ${value}`).join('\n'),
    advice,
    ...(link === undefined ? [] : [link.href]),
    `-- \n${name}\n${footer}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/**
 * A page of plain tables, as mail programs can show it: styles stand at the elements, since some drop those of the head. The dark
 * colors are in the head, where programs in dark mode read them; others keep the light ones. Nothing is loaded but the logo.
 */
function writeHtml(
  { locale, subject, heading, facts, advice, link, footer }: MailContent,
  brand: Brand,
): string {
  const { colors } = brand
  const [direction, start, end] = isRightToLeft(locale) ? ['rtl', 'right', 'left'] : ['ltr', 'left', 'right']
  const rows = facts.map(
    ([label, value]) =>
      `<tr><th scope="row" align="${start}" class="muted" style="padding:4px 0;padding-${end}:16px;font-weight:400;vertical-align:top;white-space:nowrap;color:${colors.muted}">${escapeHtml(label)}</th><td style="padding:4px 0;vertical-align:top;word-break:break-word">${escapeHtml(value)}</td></tr>`,
  )
  const table =
    rows.length === 0
      ? ''
      : `<table cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;font-size:14px;line-height:20px">${rows.join('\n')}</table>`
  const button =
    link === undefined
      ? ''
      : `<p style="margin:24px 0 0"><a href="${escapeHtml(link.href)}" class="button" style="display:inline-block;padding:10px 18px;border-radius:6px;background:${colors.accent};color:${colors.on_accent};font-weight:600;text-decoration:none">${escapeHtml(link.text)}</a></p>`
  return `<!doctype html>
<html lang="${locale}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${DARK}</style>
</head>
<body class="canvas" style="margin:0;padding:0;background:${colors.canvas};color:${colors.text}">
<table role="presentation" class="canvas" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${colors.canvas}"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:22px">
<tr><td style="padding:0 4px 12px;font-weight:600">${writeBrand(brand)}</td></tr>
<tr><td class="card" style="padding:24px;border:1px solid ${colors.line};border-radius:8px;background:${colors.surface}">
<h1 style="margin:0 0 16px;font-size:20px;line-height:28px;word-break:break-word">${escapeHtml(heading)}</h1>
${table}
<p style="margin:0">${escapeHtml(advice)}</p>
${button}
</td></tr>
<tr><td class="muted" style="padding:12px 4px 0;font-size:13px;line-height:18px;color:${colors.muted}">${escapeHtml(footer)}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`
}

const DARK =
  '@media (prefers-color-scheme:dark){.canvas{background:#0d1015!important;color:#e9ecf1!important}.card{background:#151920!important;border-color:#262c37!important}.muted{color:#98a2b1!important}.button{background:#8e9cff!important;color:#0d1015!important}}'

const writeBrand = ({ name, logoUrl }: Brand): string =>
  logoUrl === undefined
    ? escapeHtml(name)
    : `<img src="${escapeHtml(logoUrl)}" alt="${escapeHtml(name)}" height="32" style="display:block;height:32px;border:0">`

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found]!)
