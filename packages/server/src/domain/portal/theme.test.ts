import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { brandOf } from './brand.ts'
import { checkLook } from './check-look.ts'
import { contrast } from './colors.ts'
import { completePalette, findContrastProblems } from './contrast.ts'
import { isPagePath, refreshLink } from './return-path.ts'
import { writeStylesheet } from './stylesheet.ts'
import { PALETTES, SCHEMES, TONES } from './theme.ts'

const TOKENS = readFileSync(new URL('../../../../web/src/styles/tokens.css', import.meta.url), 'utf8')

/** The color of a token of the page in both schemes. */
function tokenOf(name: string): { light: string; dark: string } {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(TOKENS)!
  return { light: light!, dark: dark! }
}

suite('theme', () => {
  test('the palettes that themes are checked against are the colors of the page', () => {
    const names = { text: 'ink', on_accent: 'on-accent' } as Record<string, string>
    for (const scheme of SCHEMES) {
      for (const [name, color] of [...Object.entries(PALETTES[scheme]), ...Object.entries(TONES[scheme])]) {
        assert.equal(color, tokenOf(names[name] ?? name)[scheme], `${name} (${scheme})`)
      }
    }
  })

  test('the contrast of two colors is that of WCAG', () => {
    assert.equal(contrast('#000', '#ffffff'), 21)
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48')
    assert.equal(contrast('#ffffff', '#777').toFixed(2), '4.48')
  })

  test('a color that cannot be read is refused with its contrast and the color that it stands on', () => {
    const [first] = findContrastProblems('light', { muted: '#999999' })
    assert.equal(
      first,
      'colors.light: muted (#999999) on canvas (#f6f7f9) has a contrast of 2.65:1. WCAG AA requires 4.5:1.',
    )
    assert.match(
      findContrastProblems('light', { surface: '#c04040', text: '#ffffff' }).join('\n'),
      /the page's color "bad" \(#ad2119\) on surface \(#c04040\)/,
    )
  })

  test('text on an accent is black or white, whichever can be read', () => {
    assert.equal(completePalette('light', { accent: '#0b6a4b' }).on_accent, '#ffffff')
    assert.equal(completePalette('dark', { accent: '#ffd75e' }).on_accent, '#000000')
    assert.equal(completePalette('dark', { accent: '#ffd75e', on_accent: '#222222' }).on_accent, '#222222')
  })

  test('the colors of the page themselves pass the check', () => {
    for (const scheme of SCHEMES) assert.deepEqual(findContrastProblems(scheme, PALETTES[scheme]), [])
  })

  test('fonts, corners and colors that could break out of the stylesheet are refused', () => {
    assert.deepEqual(checkLook({ font: 'Inter, Segoe UI, sans-serif', radius: 0 }), [])
    for (const font of ['', "Inter'", 'a;b', 'url(x)', 'a,', Array(9).fill('Arial').join(',')])
      assert.match(checkLook({ font }).join(), /^font: must be up to 8 font names/, font)
    for (const radius of [-1, 17, Number.NaN]) assert.match(checkLook({ radius }).join(), /^radius: must be/)
    for (const accent of ['red', '#12345', 'rgb(0 0 0)', '#000;}'])
      assert.match(checkLook({ colors: { dark: { accent } } }).join(), /^colors\.dark\.accent: must be #rgb/)
  })

  test('a stylesheet has the tokens of the schemes that the theme changes, and no others', () => {
    const css = writeStylesheet({
      font: 'Inter, sans-serif',
      radius: 10,
      colors: { dark: { accent: '#ffd75e' } },
    })
    assert.match(css, /--font: 'Inter', sans-serif;/)
    assert.match(css, /--r3: 15px;/)
    assert.match(css, /prefers-color-scheme: dark/)
    assert.ok(!css.includes('prefers-color-scheme: light'))
    assert.match(css, /\[data-theme='dark'\] \{[^}]*--focus: #ffd75e;/)
    assert.equal(writeStylesheet({}), '')
  })

  test('a brand has the name and colors of the host, and a logo that mail programs can load', () => {
    const brand = brandOf({
      name: 'Acme',
      logo: 'https://acme.example/logo.png',
      colors: { light: { accent: '#0b6a4b' } },
    })
    assert.deepEqual(
      [brand.name, brand.logoUrl, brand.colors.accent, brand.colors.on_accent],
      ['Acme', 'https://acme.example/logo.png', '#0b6a4b', '#ffffff'],
    )
    assert.equal(brandOf({ logo: 'data:image/png;base64,AA==' }).logoUrl, undefined)
    assert.equal(brandOf({}).name, 'ConnectGain')
  })
})

suite('way back to the page', () => {
  test('only paths of the settings page are ways back', () => {
    for (const path of ['/settings/webhooks', '/settings/webhooks/', '/settings/webhooks/a?x=%20&y=(1)'])
      assert.ok(isPagePath(path), path)
    for (const path of [
      '',
      '/',
      '/settings/webhooksx',
      '//evil.example/settings/webhooks',
      'https://evil.example/settings/webhooks',
      '/settings/webhooks/../../x',
      '/settings/webhooks/%2e%2e/%2e%2e/x',
      '/settings/webhooks\\evil',
      '/settings/webhooks#x',
      '/settings/webhooks\n',
      `/settings/webhooks/${'x'.repeat(2_000)}`,
    ])
      assert.ok(!isPagePath(path), path)
  })

  test('a link to the sign-in of the host names the way back beside what the link already has', () => {
    assert.equal(
      refreshLink('https://crm.example/open?area=webhooks', '/settings/webhooks/new'),
      'https://crm.example/open?area=webhooks&return_to=%2Fsettings%2Fwebhooks%2Fnew',
    )
    assert.equal(
      refreshLink('https://crm.example/open', 'https://evil.example'),
      'https://crm.example/open?return_to=%2Fsettings%2Fwebhooks',
    )
  })
})
