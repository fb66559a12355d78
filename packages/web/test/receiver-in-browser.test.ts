import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { now, plainSecret, signBodyOnly, signStandard } from '../../receiver/test/signed-request.ts'
import { LONG } from '../../server/test/harness/until.ts'
import { launchChromium } from './harness/chromium.ts'

// Without Node.js: a browser has the same interfaces as edge runtimes and workers. The files are those of the package.
const BUILT = fileURLToPath(new URL('../../receiver/dist/', import.meta.url))
const ORIGIN = 'https://receiver.example'

test('the receiver verifies requests with only the standard interfaces of the web', LONG, async (context) => {
  const browser = await launchChromium()
  context.after(() => browser.close())
  const page = await browser.newPage()
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/') return await route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })
    await route.fulfill({ contentType: 'text/javascript', body: readFileSync(BUILT + pathname.slice(1)) })
  })
  await page.goto(ORIGIN)
  const verify = async (request: object): Promise<string> =>
    await page.evaluate<string>(
      `import('${ORIGIN}/index.js').then(({ verifyWebhook }) => verifyWebhook({ ...${JSON.stringify(request)}, now: new Date(${now.getTime()}) }))
        .then((event) => event.event, (error) => error.code)`,
    )
  for (const signed of [signStandard(), signBodyOnly()]) {
    assert.equal(await verify(signed), 'contact.created')
    assert.match(await verify({ ...signed, secret: `${plainSecret}-2` }), /signature/)
  }
})
