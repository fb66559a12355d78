import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Frame, Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { build } from 'vite'
import type { Rolldown } from 'vite'
import { until } from '../../server/test/harness/until.ts'
import { ConnectGainWebhooks } from '../../elements/src/react.ts'
import { launchChromium } from './harness/chromium.ts'

/** In place of the settings page: keeps the messages of the element, and sends what the test wants. */
const STAND_IN = `<!doctype html><script>
  var received = []
  addEventListener('message', ({ data }) => received.push(data))
  function say(type, fields) {
    parent.postMessage({ channel: 'connectgain-webhooks', version: 1, type, ...fields }, '*')
  }
  say('hello', {})
</script>`

suite('component for React', { timeout: 600_000 }, () => {
  let server: Server
  let browser: Browser
  let page: Page
  let frame: Frame

  before(async () => {
    const script = await bundle()
    server = createServer(({ url = '' }, response) => {
      const { port } = server.address() as AddressInfo
      response.setHeader('content-type', url === '/app.js' ? 'text/javascript' : 'text/html')
      if (url === '/app.js') response.end(script)
      else if (url.startsWith('/settings/webhooks')) response.end(STAND_IN)
      else {
        response.end(
          `<!doctype html><div id="root" data-src="http://localhost:${port}"></div><script type="module" src="/app.js"></script>`,
        )
      }
    })
    await new Promise<void>((resolve) => server.listen(0, resolve))
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const element = await page.waitForSelector('iframe')
    frame = (await element.contentFrame())!
    await received('configure')
  })
  after(async () => {
    await browser?.close()
    server?.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  async function bundle(): Promise<string> {
    const built = (await build({
      configFile: false,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        write: false,
        rollupOptions: { input: fileURLToPath(new URL('./harness/react-app.tsx', import.meta.url)) },
      },
    })) as Rolldown.RolldownOutput
    return built.output[0].code
  }

  /** The last message of a type that the page in the frame has got. */
  const received = async (type: string): Promise<Record<string, unknown>> =>
    await until(`${type} to arrive`, () =>
      frame.evaluate<Record<string, unknown>, string>(
        (wanted) =>
          (window as unknown as { received: { type: string }[] }).received.findLast(
            (message) => message.type === wanted,
          )!,
        type,
      ),
    )

  const say = async (type: string, fields: object): Promise<void> =>
    await frame.evaluate(
      ([kind, sent]) => (window as unknown as { say(type: string, fields: object): void }).say(kind, sent),
      [type, fields] as const,
    )

  const told = async (text: string): Promise<void> => {
    await until(`the app to be told: ${text}`, async () =>
      (await page.evaluate<string[]>('told')).includes(text),
    )
  }

  test('the component shows the view, language, theme and label of its properties', async () => {
    assert.match(frame.url(), /^http:\/\/localhost:\d+\/settings\/webhooks\/new\?locale=de$/)
    const { theme, locale } = await received('configure')
    assert.deepEqual([theme, locale], [{ scheme: 'dark', radius: 2 }, 'de'])
    const label = await page.getByTitle('Our webhooks').getAttribute('name')
    assert.equal(label, 'connectgain-webhooks')
  })

  test('the component gets a session when the page needs one, and says why there is none', async () => {
    await say('session-needed', { reason: 'start' })
    assert.equal((await received('session'))['token'], 'first')
    await page.evaluate("session = () => Promise.reject(new Error('signed out'))")
    await say('session-needed', { reason: 'expired' })
    await told('expired undefined')
    await told('expired Error: signed out')
    assert.equal((await received('session'))['token'], null)
  })

  test('the component tells of views with the latest callbacks, and moves the page to a new path', async () => {
    await say('ready', { path: '/new' })
    await told('ready /new')
    await page.getByRole('button', { name: 'Move' }).click()
    assert.equal((await received('navigate'))['path'], '/deliveries')
    await say('navigated', { path: '/deliveries' })
    await told('navigated /deliveries from /deliveries')
  })

  test('the frame gets the height that the page asks for, within limits', async () => {
    await say('size', { height: 1e9 })
    await say('size', { height: 'calc(1px)' })
    await say('size', { height: 1234.2 })
    await until(
      'the height',
      async () => (await page.locator('iframe').evaluate((element) => element.style.height)) === '1235px',
    )
    await until('the visible part', async () => {
      const { top, height, screen } = await received('visible')
      return top === 0 && (height as number) > 0 && (height as number) < (screen as number)
    })
  })

  test('a component that is removed takes its frame and its listeners with it', async () => {
    await page.getByRole('button', { name: 'Close' }).click()
    await page.locator('iframe').waitFor({ state: 'detached' })
    assert.equal(await page.locator('connectgain-webhooks').count(), 0)
  })
})

test('the component can be rendered on a server', () => {
  const html = renderToString(
    createElement(ConnectGainWebhooks, {
      src: 'https://webhooks.example',
      getSession: async () => ({ token: '' }),
      theme: { scheme: 'dark' },
    }),
  )
  assert.equal(
    html,
    '<connectgain-webhooks src="https://webhooks.example" theme="{&quot;scheme&quot;:&quot;dark&quot;}"></connectgain-webhooks>',
  )
})
