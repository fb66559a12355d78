import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pageUrl, readAddress } from './address.ts'
import { readMessage } from './protocol.ts'

const BASE = 'https://app.example.com/settings'

suite('address of the page in the frame', () => {
  test('src is the origin of the server, or the address of a view', () => {
    assert.deepEqual(readAddress('https://hooks.example', BASE), {
      origin: 'https://hooks.example',
      path: '',
    })
    assert.deepEqual(readAddress('https://hooks.example/settings/webhooks/new?x=1', BASE), {
      origin: 'https://hooks.example',
      path: '/new?x=1',
    })
    assert.deepEqual(readAddress('/settings/webhooks', BASE), { origin: 'https://app.example.com', path: '' })
  })

  test('src that would run in the page of the host is refused', () => {
    for (const src of ['javascript:alert(1)', 'data:text/html,x', 'http://'])
      assert.throws(() => readAddress(src, BASE), /src: .* is not the https:\/\/ URL/, src)
  })

  test('a path leads to a view of the server of src, whatever it contains', () => {
    const origin = 'https://hooks.example'
    const page = `${origin}/settings/webhooks`
    assert.equal(pageUrl(origin, '', null), page)
    assert.equal(pageUrl(origin, 'new', 'de'), `${page}/new?locale=de`)
    assert.equal(
      pageUrl(origin, '/deliveries?status=failed', 'de'),
      `${page}/deliveries?status=failed&locale=de`,
    )
    assert.equal(pageUrl(origin, '/../../session', null), page)
    assert.equal(pageUrl(origin, '//evil.example/', null), `${page}//evil.example/`)
    assert.equal(pageUrl(origin, '@evil.example', null), `${page}/@evil.example`)
    assert.equal(pageUrl(origin, '/#token=cgw_link_x', null), `${page}/`)
  })

  test('data that is no message of this protocol and version is none', () => {
    for (const data of [
      null,
      'ready',
      5,
      {},
      { channel: 'other', version: 1 },
      { channel: 'connectgain-webhooks', version: 2 },
    ])
      assert.equal(readMessage(data), undefined)
    assert.ok(readMessage({ channel: 'connectgain-webhooks', version: 1, type: 'hello' }) !== undefined)
  })
})
