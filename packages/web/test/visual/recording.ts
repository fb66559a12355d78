import { readFileSync, writeFileSync } from 'node:fs'
import type { Page, Route } from 'playwright-core'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { DemoSite } from '../demo-site.ts'

const FILE = new URL('./recording.json.gz', import.meta.url)

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** What the API answered to each shot's requests, in turn; the last answer stays. */
export interface Recording {
  /** When it was made: the page's clock stands still at it. */
  time: number
  ids: Pick<DemoSite, 'demo' | 'beginners' | 'single' | 'crowd'>
  answers: Record<string, Answer[]>
}

export const readRecording = (): Recording =>
  JSON.parse(gunzipSync(readFileSync(FILE)).toString()) as Recording

export function writeRecording(recording: Recording): void {
  writeFileSync(FILE, gzipSync(JSON.stringify(recording), { level: 9 }))
}

/** The API: what the page requests that is not a file of it. */
const API = /^\/(rest|session|receive)\b/

export const isOfApi = (url: URL): boolean => API.test(url.pathname)

function keyOf(shot: string, route: Route): string {
  const { pathname, search } = new URL(route.request().url())
  return [shot, route.request().method(), pathname + search, route.request().postData() ?? ''].join(' ')
}

/** A log that follows nothing: new rows would be others each time. */
export const QUIET_LOG = `
  const fetchReally = window.fetch
  window.fetch = (url, options) => String(url).includes('/webhook_logs/live')
    ? Promise.resolve(new Response(new ReadableStream({})))
    : fetchReally(url, options)
`

const KEPT_HEADERS = ['content-type', 'content-range', 'allow']

/** Lets the requests through and keeps their answers. */
export async function record(page: Page, shot: string, { answers }: Recording): Promise<void> {
  await page.route(isOfApi, async (route) => {
    const response = await route.fetch()
    const headers = response.headers()
    const answer: Answer = {
      status: response.status(),
      headers: Object.fromEntries(
        KEPT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
      ),
      body: await response.text(),
    }
    const known = (answers[keyOf(shot, route)] ??= [])
    if (JSON.stringify(known.at(-1)) !== JSON.stringify(answer)) known.push(answer)
    await route.fulfill({ response })
  })
}

/** Answers as it was recorded. */
export async function replay(page: Page, shot: string, { answers }: Recording): Promise<void> {
  const asked = new Map<string, number>()
  await page.route(isOfApi, async (route) => {
    const key = keyOf(shot, route)
    const known = answers[key] ?? []
    const at = asked.get(key) ?? 0
    asked.set(key, at + 1)
    const answer = known[Math.min(at, known.length - 1)]
    if (answer === undefined) await route.abort()
    else await route.fulfill(answer)
  })
}
