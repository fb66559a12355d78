import type { Client } from '@connectgain/webhooks-client'
import { Command } from 'commander'
import type { ConnectionFlags } from '../client/api.ts'
import { withConnection } from '../client/api.ts'
import { runDoctorChecks } from '../client/checks.ts'
import type { Finding } from '../client/finding.ts'
import { paint, print, printJson, escapeLine } from '../client/output.ts'
import { withApi } from '../client/run.ts'
import { FAILED } from '../exit-codes.ts'

const MARKS = { ok: ['green', '✓'], warning: ['yellow', '!'], problem: ['red', '✗'] } as const

export function doctorCommand(): Command {
  return withConnection(
    new Command('doctor').description(
      'check server, database, clock, key, queue and endpoints, and suggest fixes',
    ),
  ).action(withApi(runDoctor))
}

/** Exits with 1 for a problem, but not for a warning. */
async function runDoctor(api: Client, { json }: ConnectionFlags): Promise<void> {
  const findings: Finding[] = []
  for await (const finding of runDoctorChecks(api)) {
    findings.push(finding)
    if (!json) printFinding(finding)
  }
  if (json) printJson({ findings })
  if (findings.some(({ status }) => status === 'problem')) process.exitCode = FAILED
}

function printFinding({ check, status, message, fix }: Finding): void {
  const [colour, mark] = MARKS[status]
  print(`${paint(colour, mark)} ${escapeLine(check)}: ${escapeLine(message)}`)
  if (fix !== null) print(`  ${paint('dim', '→')} ${escapeLine(fix)}`)
}
