import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { readMail } from './read-mail.ts'
import type { MailParts } from './read-mail.ts'
import { until } from './until.ts'

/** A mail as the server took it. */
export interface ReceivedMail extends MailParts {
  from: string
  to: string[]
  /** Headers and text, as they were sent. */
  raw: string
  isEncrypted: boolean
}

/** A real mail server that keeps what it gets. */
export interface TestSmtpServer {
  url: URL
  mails: ReceivedMail[]
  /** Refuses so many mails with a passing fault. */
  refuse(count: number): void
  /** Refuses an address for good, in these words; undefined: takes it again. */
  refuseRecipient(address: string, reply: string | undefined): void
  received(count: number): Promise<ReceivedMail[]>
  close(): Promise<void>
}

const tls = (name: string): Buffer => readFileSync(new URL(`tls/${name}`, import.meta.url))

/** @param isSecure TLS from the start, with a certificate for localhost of an authority that only tests trust */
export async function startSmtpServer({ isSecure = false } = {}): Promise<TestSmtpServer> {
  const mails: ReceivedMail[] = []
  const refused = new Map<string, string>()
  let refusals = 0
  const server = new SMTPServer({
    ...(isSecure
      ? { secure: true, key: tls('localhost.key'), cert: tls('localhost.pem') }
      : { disabledCommands: ['STARTTLS'] }),
    authOptional: true,
    onRcptTo({ address }, _session, done) {
      const reply = refused.get(address)
      done(reply === undefined ? null : Object.assign(new Error(reply), { responseCode: 550 }))
    },
    onData(stream, session, done) {
      let raw = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => (raw += chunk))
      stream.on('end', () => {
        refusals -= 1
        if (refusals >= 0) return done(Object.assign(new Error('try again later'), { responseCode: 451 }))
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          isEncrypted: session.secure,
          ...readMail(raw),
        })
        done()
      })
    },
  })
  // A client that does not trust the certificate breaks off.
  server.on('error', () => {})
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: new URL(isSecure ? `smtps://localhost:${port}` : `smtp://127.0.0.1:${port}`),
    mails,
    refuse: (count) => void (refusals = count),
    refuseRecipient: (address, reply) =>
      void (reply === undefined ? refused.delete(address) : refused.set(address, reply)),
    async received(count) {
      await until(`${count} mails`, () => mails.length >= count)
      return mails
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
