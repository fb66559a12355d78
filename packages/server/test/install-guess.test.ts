import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { SURE } from '../src/capture/guess/guessing.ts'
import type { CrmMap } from '../src/capture/map/map-schema.ts'
import { ENGINES } from './harness/databases.ts'
import {
  guess,
  interact,
  listTables,
  newFile,
  readFixture,
  readMap,
  readPreset,
} from './harness/guessed-map.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'
import { startCommand } from './harness/run-command.ts'
import { LONG } from './harness/until.ts'

suite('install --guess and --interactive', { ...LONG, skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  before(async () => {
    crm = await openOtherCrm(readFixture('crms/chatwoot'))
  })
  after(() => crm.close())

  test('a guess changes nothing, gives each decision a reason, and asks about what it is unsure of', async () => {
    const untouched = await crm.snapshot()
    const { decisions, questions } = await guess(crm)
    assert.equal(await crm.snapshot(), untouched)
    assert.ok(
      decisions.every(({ reason, confidence }) => reason !== '' && confidence >= 0 && confidence <= 1),
    )
    assert.deepEqual(
      decisions.map(({ confidence }) => confidence),
      decisions.map(({ confidence }) => confidence).toSorted((one, other) => one - other),
    )
    assert.ok(decisions[0]!.confidence < SURE)
    assert.deepEqual(
      questions.map(({ id }) => id),
      ['conversation.status', 'conversation.priority', 'message.direction', 'message.status'],
    )
  })

  test('a guess prints the map alone to standard output, and the reasons to standard error', async () => {
    const { done } = startCommand(['install', '--guess', '--database-url', crm.url], { DATABASE_URL: '' })
    const { code, stdout, stderr } = await done
    assert.equal(code, 0)
    assert.equal((JSON.parse(stdout) as CrmMap).records.length, 3)
    assert.match(stderr, /0\.95 {2}organizations +public\.accounts \(.*every message has its account_id/)
    assert.match(stderr, /Open questions.*\n.*conversations\.status mean\? Taken: 0=open/)
  })

  test('numbers whose rows say who wrote them are told apart, and others are left out', async () => {
    const used = await openOtherCrm(
      readFixture('crms/chatwoot') +
        `;insert into messages (account_id, inbox_id, conversation_id, message_type, sender_type) values
          (1, 2, 1, 4, 'Contact'), (1, 2, 1, 7, 'User'), (1, 2, 1, 7, 'User'), (1, 2, 1, 9, null)`,
    )
    try {
      const { map } = await guess(used)
      const message = map.records.find(({ record }) => record === 'message')!
      assert.deepEqual(message.columns['direction'], {
        column: 'message_type',
        values: { '0': 'inbound', '4': 'inbound', '7': 'outbound' },
      })
      assert.equal(message.where, 'not private and message_type in (0, 4, 7)')
    } finally {
      await used.close()
    }
  })

  test('a role that may not read rows gets a guess of the catalog, and is told so', async () => {
    const role = `reader_${randomUUID().slice(0, 8)}`
    await crm.database.execute(`create role ${role} login password '${role}'`)
    const url = new URL(crm.url)
    ;[url.username, url.password] = [role, role]
    const { done } = startCommand(['install', '--guess', '--database-url', url.href], { DATABASE_URL: '' })
    const { code, stdout, stderr } = await done
    assert.equal(code, 0)
    assert.deepEqual(listTables(JSON.parse(stdout) as CrmMap), listTables(readPreset('chatwoot')))
    assert.match(stderr, /Guessed from the catalog alone, because rows could not be read: .*public\.messages/)
    assert.match(stderr, /Before it can be installed:[^]*may not create triggers on public\.contacts/)
    await crm.database.execute(`drop role ${role}`)
  })

  test('every question has a default, and the next command installs the map', async () => {
    const file = newFile()
    const { code, stdout, stderr } = await interact(crm, file, ['', '', '', ''])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /1\) 0=open, others stay numbers \[default\]/)
    assert.match(stdout, /status = 0 in 2 rows/)
    assert.match(stdout, /public\.messages where not private[^]*message\.received, message\.sent/)
    assert.match(stdout, new RegExp(`Next: connectgain-webhooks install --map ${file} --check`))
    assert.deepEqual(readMap(file), (await guess(crm)).map)
    assert.equal((await crm.command('install', '--map', file, '--check', '--no-measure')).code, 0)
  })

  test('a wrong number and SQL that does not work are asked again', async () => {
    const file = newFile()
    const { code, stdout } = await interact(crm, file, [
      '2',
      '2',
      'nobody = 3',
      'message_type = 0',
      '',
      '9',
      '1',
    ])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /That does not work: .*column "nobody" does not exist/)
    const message = readMap(file).records.find(({ record }) => record === 'message')!
    assert.deepEqual(message.columns['direction'], {
      sql: `case when message_type = 0 then 'inbound' else 'outbound' end`,
    })
  })

  test('a file that is there stays unless its overwriting is agreed to', async () => {
    const file = newFile()
    writeFileSync(file, 'mine')
    assert.equal((await interact(crm, file, [''])).code, 1)
    assert.equal(readFileSync(file, 'utf8'), 'mine')
    assert.equal((await interact(crm, file, ['2', '', '', '', ''])).code, 0)
    assert.equal(readMap(file).records.length, 3)
  })

  test('nobody is asked if standard input is closed', async () => {
    const file = newFile()
    const { code, stderr } = await interact(crm, file, [])
    assert.equal(code, 2)
    assert.match(stderr, /standard input is closed, so nobody can answer\. Use --guess/)
    assert.equal(existsSync(file), false)
  })
})
