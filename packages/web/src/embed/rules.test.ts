import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isAllowed } from './origins.ts'
import { readLook } from './read-look.ts'

suite('hosts of the settings page in a frame', () => {
  const OWN = 'https://webhooks.example.com'

  test('messages are taken of the origins that may frame the page, and of no other', () => {
    const ancestors = ['https://crm.example', 'https://*.tenants.example:8443', 'http://localhost:3000']
    for (const origin of [
      'https://crm.example',
      'https://a.b.tenants.example:8443',
      'http://localhost:3000',
      OWN,
    ])
      assert.ok(isAllowed(origin, ancestors, OWN), origin)
    for (const origin of [
      'null',
      '',
      'http://crm.example',
      'https://crm.example:444',
      'https://crm.example.evil.example',
      'https://eviltenants.example:8443',
      'https://tenants.example:8443',
      'https://a.tenants.example',
      'http://a.tenants.example:8443',
    ])
      assert.ok(!isAllowed(origin, ancestors, OWN), origin)
    assert.ok(!isAllowed('https://crm.example', [], OWN))
  })

  test('a theme of the host lies over that of the operator', () => {
    const operators = { colors: { light: { accent: '#7a1f5c', on_accent: '#ffffff', canvas: '#fefefe' } } }
    const read = readLook({ scheme: 'dark', radius: 4, colors: { light: { accent: '#0b6a4b' } } }, operators)
    assert.ok(!Array.isArray(read))
    assert.equal(read.scheme, 'dark')
    assert.equal(read.look.radius, 4)
    assert.deepEqual(read.look.colors?.light, { accent: '#0b6a4b', on_accent: undefined, canvas: '#fefefe' })
    assert.deepEqual(readLook(undefined), { scheme: 'system', look: {} })
  })

  test('a theme that is not one is refused with what is wrong', () => {
    const cases: readonly [unknown, RegExp][] = [
      ['dark', /must be an object/],
      [null, /must be an object/],
      [{ logo: 'x' }, /^logo: is not one of scheme, font, radius, colors/],
      [{ scheme: 'blue' }, /^scheme: must be light, dark, or system/],
      [{ radius: '4' }, /^radius: must be a number/],
      [{ radius: 40 }, /^radius: must be a number of pixels from 0 to 16/],
      [{ font: 'a; b' }, /^font: must be up to 8 font names/],
      [{ colors: { light: { accent: 5 } } }, /^colors\.light: each color must be a string/],
      [{ colors: { light: { accent: 'url(x)' } } }, /^colors\.light\.accent: must be #rgb/],
      [{ colors: { sepia: {} } }, /^colors\.sepia: is not one of light, dark/],
      [{ colors: { dark: { text: '#333333' } } }, /^colors\.dark: text \(#333333\) on canvas .* WCAG AA/],
    ]
    for (const [theme, problem] of cases) {
      const read = readLook(theme)
      assert.ok(Array.isArray(read), JSON.stringify(theme))
      assert.match(read.join('\n'), problem)
    }
  })
})
