import { existsSync, writeFileSync } from 'node:fs'
import { rulesOf } from '../../../capture/event-rules.ts'
import type { Guess, SurveyedDatabase } from '../../../capture/guess/guess-map.ts'
import { guessMap, surveyDatabase } from '../../../capture/guess/guess-map.ts'
import type { Question } from '../../../capture/guess/guessing.ts'
import type { CrmMap, RecordEntry } from '../../../capture/map/map-schema.ts'
import type { Database } from '../../../database/database.ts'
import { StartError, messageOf } from '../../../domain/errors.ts'
import { FAILED } from '../../exit-codes.ts'
import type { Person } from './answers.ts'
import { createPerson } from './answers.ts'
import { noteRights, noteUnread } from './print-guess.ts'

/** More would be a form to fill in; what is left has its default. */
const MAX_QUESTIONS = 10

/** Asks what a guess leaves open, and writes the map. */
export async function writeMapInteractively(database: Database, file = 'map.json'): Promise<void> {
  const person = createPerson(process.stdin, process.stdout)
  try {
    if (!(await mayWrite(file, person))) {
      person.say('Nothing was written. Name another file with --map.')
      process.exitCode = FAILED
      return
    }
    const surveyed = await surveyDatabase(database)
    for (const line of noteUnread(surveyed)) person.say(line)
    const { map, rights } = await askAll(surveyed, person)
    if (map.records.length === 0) {
      person.say(
        'No table looks like one of a CRM, so no map was written. Write one by hand: docs/installing.md.',
      )
      process.exitCode = FAILED
      return
    }
    write(file, map)
    for (const line of noteRights(rights)) person.say(line)
    person.say(summarize(map, file))
  } finally {
    person.close()
  }
}

async function mayWrite(file: string, person: Person): Promise<boolean> {
  if (!existsSync(file)) return true
  const answer = await person.answer({
    text: `${file} is there already. Overwrite it?`,
    samples: [],
    options: [
      { value: 'no', label: 'no' },
      { value: 'yes', label: 'yes' },
    ],
    default: 'no',
  })
  return answer === 'yes'
}

async function askAll(surveyed: SurveyedDatabase, person: Person): Promise<Guess> {
  const answers: Record<string, string> = {}
  let guess = await guessMap(surveyed, answers)
  for (let asked = 0; asked < MAX_QUESTIONS; asked++) {
    const question = guess.questions.find(({ id }) => answers[id] === undefined)
    if (question === undefined) break
    guess = await askOne(question, answers, guess, surveyed, person)
  }
  return guess
}

/** Asks again if the map does not work with the answer, as with SQL that is wrong. */
async function askOne(
  question: Question,
  answers: Record<string, string>,
  before: Guess,
  surveyed: SurveyedDatabase,
  person: Person,
): Promise<Guess> {
  for (;;) {
    answers[question.id] = await person.answer(question)
    const guess = await guessMap(surveyed, answers)
    const wrong = findLeftOut(guess).find((reason) => !findLeftOut(before).includes(reason))
    if (wrong === undefined || question.free === undefined) return guess
    person.say(`That does not work: ${wrong}`)
  }
}

const findLeftOut = ({ decisions }: Guess): string[] =>
  decisions.filter(({ choice }) => choice === 'left out').map(({ reason }) => reason)

function write(file: string, map: CrmMap): void {
  try {
    writeFileSync(file, `${JSON.stringify(map, null, 2)}\n`)
  } catch (error) {
    throw new StartError(`--map: ${messageOf(error)}`)
  }
}

function summarize(map: CrmMap, file: string): string {
  return [
    '',
    `${file} is written. It emits, for ${describeTenants(map)}:`,
    ...map.records.flatMap(describeRecord),
    '',
    `Next: connectgain-webhooks install --map ${/^[\w./-]+$/.test(file) ? file : JSON.stringify(file)} --check`,
  ].join('\n')
}

function describeTenants({ organizations }: CrmMap): string {
  if (organizations === undefined) return "each organization's UUID in the rows"
  if ('table' in organizations) return `each row of ${organizations.table}`
  return 'schemas' in organizations
    ? `each schema ${organizations.schemas}`
    : `the only organization, ${organizations.value}`
}

/** Events that need a column are left out without it. */
function describeRecord({ record, table, where, columns, deletes }: RecordEntry): string[] {
  const isEmitted = (event: string): boolean =>
    !(event.endsWith('.assigned') && columns['assigned_to'] === undefined) &&
    !(event === 'broadcast.response' && columns['broadcast_id'] === undefined)
  const events = rulesOf(record, deletes === true)
    .map(({ event }) => event)
    .filter(isEmitted)
  return [`  ${table}${where === undefined ? '' : ` where ${where}`}`, `    ${events.join(', ')}`]
}
