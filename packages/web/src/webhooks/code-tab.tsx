import { useState } from 'react'
import type { Webhook } from '../api/types.ts'
import { Code, HeaderTable } from '../components/code.tsx'
import { LinkButton } from '../components/button.tsx'
import { Notice, Section, Segments } from '../components/surface.tsx'
import { t } from '../messages/index.ts'
import styles from './webhook.module.css'

/** Complete programs, which the tests run if their language is available. */
const SAMPLES = import.meta.glob<string>('../../../../examples/*.*', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const LANGUAGES = [
  ['node.mjs', 'Node.js'],
  ['python.py', 'Python'],
  ['go.go', 'Go'],
  ['php.php', 'PHP'],
  ['ruby.rb', 'Ruby'],
  ['java.java', 'Java'],
  ['csharp.cs', 'C#'],
] as const
type Language = (typeof LANGUAGES)[number][0]

export function CodeTab({ webhook }: { webhook: Webhook }) {
  const [language, setLanguage] = useState<Language>('node.mjs')
  const isAsymmetric = webhook.signature_type === 'ed25519'
  return (
    <>
      {isAsymmetric && (
        <Notice tone="info" title={t.code.asymmetric}>
          {t.code.asymmetricText}
        </Notice>
      )}
      {!isAsymmetric && !webhook.has_secret && (
        <Notice
          tone="warn"
          title={t.code.noSecret}
          action={
            <LinkButton small href={`/${webhook.id}/settings`}>
              {t.secret.add}
            </LinkButton>
          }
        >
          {t.code.noSecretText}
        </Notice>
      )}
      <Section
        title={t.code.title}
        tools={
          <div className={styles.languages}>
            <Segments label={t.code.language} value={language} options={LANGUAGES} onChange={setLanguage} />
          </div>
        }
      >
        <div className="stack">
          <p className="muted small">{t.code.text}</p>
          <Code
            text={sampleFor(language, webhook)}
            label={t.code.sample({ language: languageName(language) })}
          />
        </div>
      </Section>
      <Section title={t.code.headers}>
        <div className="stack-small">
          <p className="muted small">{t.code.headersText}</p>
          <HeaderTable headers={listHeaders(webhook)} label={t.code.headers} />
        </div>
      </Section>
    </>
  )
}

const languageName = (language: Language): string => LANGUAGES.find(([each]) => each === language)?.[1] ?? ''

/** Returns the sample with the path of this webhook's URL. */
function sampleFor(language: Language, { url }: Webhook): string {
  const { pathname } = new URL(url)
  return (SAMPLES[`../../../../examples/${language}`] ?? '')
    .replaceAll('/webhook"', `${pathname}"`)
    .replaceAll("'/webhook'", `'${pathname}'`)
    .replaceAll('POST /webhook', `POST ${pathname}`)
}

function listHeaders(webhook: Webhook): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'ConnectGain-Webhooks/…',
    'X-Webhook-Event': webhook.events.find((event) => !event.includes('*')) ?? 'contact.created',
    'X-Webhook-Timestamp': t.code.timestamp,
    'X-Webhook-Id': t.code.id,
    'X-Webhook-Delivery': t.code.delivery,
    'X-Webhook-Attempt': t.code.attempt,
    'X-Webhook-Trigger': t.code.trigger,
    ...listSignatures(webhook),
    ...webhook.headers,
  }
}

function listSignatures({ signature_type: type, has_secret: hasSecret }: Webhook): Record<string, string> {
  const standard = { 'webhook-id': t.code.standardId, 'webhook-timestamp': t.code.standardTimestamp }
  if (type === 'ed25519') return { ...standard, 'webhook-signature': t.code.asymmetricSignature }
  if (!hasSecret) return {}
  return {
    'X-Webhook-Signature': t.code.signature,
    ...standard,
    'webhook-signature': t.code.standardSignature,
  }
}
