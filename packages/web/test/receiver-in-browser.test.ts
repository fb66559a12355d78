import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { now, plainSecret, signBodyOnly, signStandard } from '../../receiver/test/signed-request.ts'
import { LONG } from '../../server/test/harness/until.ts'
import { launchChromium } from './harness/chromium.ts'

// No Node here: what edge runtimes and workers have, a browser has as well. The files are those that the package holds.
const BUILT = fileURLToPath(new URL('../../receiver/dist/', import.meta.url))
const ORIGIN = 'https://receiver.example'

test('the receiver verifies where there is nothing but the web’s own interfaces', LONG, async (context) => {
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
