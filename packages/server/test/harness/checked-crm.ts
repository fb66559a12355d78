import type { CheckReport } from '../../src/cli/commands/install/check-report.ts'
import { writeMap } from './maps.ts'

export interface Checked {
  code: number | null
  report: CheckReport
}

interface Commanded {
  command(name: string, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** Runs `install` with one of the flags that change nothing. @param map undefined: the installed one */
export async function runCheck(
  crm: Commanded,
  flag: '--check' | '--diff',
  map?: object,
  ...args: string[]
): Promise<Checked> {
  const given = map === undefined ? [] : ['--map', writeMap(map)]
  const { code, stdout, stderr } = await crm.command('install', flag, '--json', ...given, ...args)
  if (stderr !== '') throw new Error(stderr)
  return { code, report: JSON.parse(stdout) as CheckReport }
}
