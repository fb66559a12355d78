import type { Client } from '@connectgain/webhooks-client'
import { Command } from 'commander'
import type { ConnectionFlags } from '../client/api.ts'
import { withConnection } from '../client/api.ts'
import { runDoctorChecks } from '../client/checks.ts'
import { checkEndpoint } from '../client/endpoint-checks.ts'
import type { Finding } from '../client/finding.ts'
import { paint, print, printJson, escapeLine } from '../client/output.ts'
import { withApi } from '../client/run.ts'
import { FAILED } from '../exit-codes.ts'

const MARKS = {
  ok: ['green', '✓'],
  warning: ['yellow', '!'],
  problem: ['red', '✗'],
  skipped: ['dim', '–'],
} as const

export function doctorCommand(): Command {
  return withConnection(
    new Command('doctor').description(
      'check server, database, clock, key, queue and endpoints, and suggest fixes',
    ),
  )
    .option(
      '--endpoint <webhook>',
      'send test requests to the endpoint of this webhook instead, and check its responses',
    )
    .action(withApi(runDoctor))
}

interface DoctorFlags extends ConnectionFlags {
  endpoint?: string
}

/** Exits with 1 for a problem, but not for a warning. */
async function runDoctor(api: Client, { json, endpoint }: DoctorFlags): Promise<void> {
  const findings: Finding[] = []
  for await (const finding of endpoint === undefined ? runDoctorChecks(api) : checkEndpoint(api, endpoint)) {
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
