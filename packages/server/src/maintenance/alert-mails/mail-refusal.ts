/** Why a mail was not sent, stable for programs. */
export const MAIL_REFUSALS = [
  'address_refused',
  'mail_refused',
  'auth_refused',
  'tls_failure',
  'timeout',
  'offline',
] as const
export type MailRefusalCode = (typeof MAIL_REFUSALS)[number]

export interface MailRefusal {
  code: MailRefusalCode
  /** In words, for an organization's admin: no address, user or password of the mail server. */
  reason: string
  /** What the mail server said about the recipient or the mail, such as `550 5.1.1 No such user`; null: nothing. */
  reply: string | null
}

const REASONS: Readonly<Record<MailRefusalCode, string>> = {
  address_refused: 'The mail server refused the address.',
  mail_refused: 'The mail server refused the mail.',
  auth_refused:
    'The mail server refused the user and password of SMTP_URL. The operator has to correct them.',
  tls_failure:
    'No secure connection to the mail server: it offers no TLS, or its certificate is not valid. The operator has to check SMTP_URL.',
  timeout: 'The mail server did not respond in time.',
  offline: 'The mail server cannot be reached. The operator has to check SMTP_URL.',
}

const MAX_REPLY_LENGTH = 500

/** As nodemailer throws it. */
interface SmtpError extends Error {
  code?: string
  command?: string
  response?: string
}

export function explainMailError(error: unknown): MailRefusal {
  const code = findCode(error as SmtpError)
  const isAboutMail = code === 'address_refused' || code === 'mail_refused'
  const { response } = error as SmtpError
  return {
    code,
    reason: REASONS[code],
    reply: isAboutMail && response !== undefined ? oneLine(response).slice(0, MAX_REPLY_LENGTH) : null,
  }
}

function findCode({ code = '', command = '', message }: SmtpError): MailRefusalCode {
  if (code === 'EENVELOPE') return command === 'RCPT TO' ? 'address_refused' : 'mail_refused'
  if (code === 'EMESSAGE' || code === 'ESTREAM') return 'mail_refused'
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return 'auth_refused'
  if (code === 'ETLS' || TLS_MESSAGE.test(message)) return 'tls_failure'
  if (code === 'ETIMEDOUT' || code === 'EABORT') return 'timeout'
  return 'offline'
}

/** The code of a handshake that failed is only that of its socket. */
const TLS_MESSAGE = /certificate|\bTLS\b|\bSSL|SSL routines|altnames/i

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
