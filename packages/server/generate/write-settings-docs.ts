import type { Setting } from '../src/settings/setting.ts'
import { GROUPS } from '../src/settings/setting.ts'
import { SETTINGS } from '../src/settings/settings.ts'
import { fillBlock } from './fill-block.ts'

/** docs/operations.md with the settings as the sources have them. */
export function writeSettingsDocs(page: string): string {
  const all: readonly Setting[] = Object.values(SETTINGS)
  const parts = GROUPS.map((group) => {
    const rows = all.filter((setting) => setting.group === group).map(writeSetting)
    return [`### ${group}`, '', '| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
  })
  return fillBlock(page, 'settings', parts.join('\n\n'))
}

function writeSetting({ name, preset, shownPreset, help }: Setting): string {
  const written = typeof preset === 'string' && preset !== '' ? `\`${preset}\`` : 'unset'
  return `| \`${name}\` | ${shownPreset ?? written} | ${help} |`
}
