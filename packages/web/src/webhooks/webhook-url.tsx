import { useState } from 'react'
import { TextButton } from '../components/button.tsx'
import { shortUrl } from '../components/short-url.ts'
import { t } from '../messages/index.ts'
import styles from './webhook.module.css'

/** Longer ones would push everything else off a phone's screen. */
const MAX_SHOWN = 100

/** The URL without its query, which may contain a secret, and only the beginning of a long one, until it is asked for. */
export function WebhookUrl({ url, method }: { url: string; method?: string }) {
  const [isWhole, setWhole] = useState(false)
  const short = shortUrl(url)
  const before = method === undefined ? '' : `${method} `
  const hasMore = short.length > MAX_SHOWN || short.endsWith('?…')
  if (!hasMore)
    return (
      <p className={styles.url}>
        <bdi dir="ltr">{`${before}${url}`}</bdi>
      </p>
    )
  const cut = short.length > MAX_SHOWN ? `${short.slice(0, MAX_SHOWN)}…` : short
  return (
    <p className={styles.url}>
      <bdi dir="ltr">{`${before}${isWhole ? url : cut}`}</bdi>{' '}
      <TextButton onClick={() => setWhole(!isWhole)} aria-expanded={isWhole}>
        {isWhole ? t.webhook.shortUrl : t.webhook.wholeUrl}
      </TextButton>
    </p>
  )
}
