import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { until } from './until.ts'

/** A mail as the server took it. */
export interface ReceivedMail {
  from: string
  to: string[]
  /** Headers and text, as they were sent. */
  raw: string
  /** As they are read. */
  subject: string
  text: string
}

/** A real mail server that keeps what it gets. */
export interface TestSmtpServer {
  url: URL
  mails: ReceivedMail[]
  /** Refuses so many mails with a passing fault. */
  refuse(count: number): void
  received(count: number): Promise<ReceivedMail[]>
  close(): Promise<void>
}

export async function startSmtpServer(): Promise<TestSmtpServer> {
  const mails: ReceivedMail[] = []
  let refusals = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
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
          ...parts(raw),
        })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: new URL(`smtp://127.0.0.1:${port}`),
    mails,
    refuse: (count) => void (refusals = count),
    async received(count) {
      await until(`${count} mails`, () => mails.length >= count)
      return mails
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** Of the two encodings that mails in Latin script are sent in, none and quoted-printable. */
function parts(raw: string): { subject: string; text: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const unfolded = head.replaceAll(/\?=\r\n =\?UTF-8\?Q\?/g, '').replaceAll(/\r\n[ \t]+/g, ' ')
  const subject = /^Subject: (.*)$/m.exec(unfolded)?.[1] ?? ''
  const word = /^=\?UTF-8\?Q\?(.*)\?=$/.exec(subject)?.[1]?.replaceAll('_', ' ')
  return { subject: unquote(word ?? subject), text: unquote(rest.join('\r\n\r\n').replaceAll('=\r\n', '')) }
}

const unquote = (text: string): string =>
  text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
