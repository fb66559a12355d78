import type { Transporter } from 'nodemailer'

/** Milliseconds. An unresponsive server must not delay other recipients' mails for long. */
const CONNECT_TIMEOUT = 10_000
const SILENCE_TIMEOUT = 15_000

/** Loaded only if mails are to be sent. */
export async function openSmtp(url: URL): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  const secure = url.protocol === 'smtps:'
  return createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // A password is never sent over a network unencrypted.
    requireTLS: !secure && url.username !== '' && !isLoopback,
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: CONNECT_TIMEOUT,
    greetingTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE_TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}
