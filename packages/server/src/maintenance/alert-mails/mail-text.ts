import { formatMessage } from '../../domain/messages/format-message.ts'
import type { Locale } from '../../domain/messages/locales.ts'
import ar from './messages/ar.json' with { type: 'json' }
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import es from './messages/es.json' with { type: 'json' }
import ptBR from './messages/pt-BR.json' with { type: 'json' }

export type MailText = keyof typeof en

const CATALOGS: Readonly<Record<Locale, Readonly<Record<MailText, string>>>> = {
  en,
  de,
  es,
  'pt-BR': ptBR,
  ar,
}

/** A text of mails in the language of their recipient. */
export function mailText(
  locale: Locale,
  name: MailText,
  params: Readonly<Record<string, string | number>> = {},
): string {
  return formatMessage(CATALOGS[locale][name], params, locale)
}
