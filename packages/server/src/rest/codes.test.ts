import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ENGINES } from '../../test/harness/databases.ts'
import { STORED_TEXTS, readMessage } from '../domain/messages/server-message.ts'
import { storeMessageTexts } from '../server/store-message-texts.ts'
import { openFixture } from './rest-fixture.ts'
import type { Fixture } from './rest-fixture.ts'

for (const engine of ENGINES) {
  describe(`codes of what the program says (${engine})`, () => {
    let fixture: Fixture
    const read = async (path: string): Promise<unknown> => {
      const { status, json, body } = await fixture.ask('GET', path)
      assert.equal(status, 200, body)
      return json
    }
    before(async () => {
      fixture = await openFixture(engine)
      await fixture.reset()
      await storeMessageTexts(fixture.database)
      await fixture.database.query(
        `update webhooks_internal.attempts set error_message = 'the endpoint returned 503', diagnosis = $1
         where attempt = 1`,
        [
          'The connection was refused. Check that your server is running and that the port in the URL is correct. (ECONNREFUSED)',
        ],
      )
    })
    after(async () => await fixture.close())

    it('the texts of a failed attempt have codes with their parameters', async () => {
      const [first, second, last] = (await read(
        'webhook_logs?select=codes&order=attempt&attempt=in.(1,2,5)',
      )) as {
        codes: unknown
      }[]
      assert.deepEqual(first?.codes, {
        error_message: { code: 'response.status', params: { status: 503 } },
        diagnosis: { code: 'refused.advice', params: { runtime: 'ECONNREFUSED' } },
      })
      // What is in no catalog has none, and neither has a success.
      assert.deepEqual([second?.codes, last?.codes], [{}, {}])
    })

    it('attempts can be found by the code of their diagnosis', async () => {
      const found = await read(
        'webhook_logs?select=attempt,code:codes->diagnosis->>code&codes->diagnosis->>code=eq.refused.advice',
      )
      assert.deepEqual(found, [{ attempt: 1, code: 'refused.advice' }])
    })

    it('codes are only read where they are named, and cannot be written', async () => {
      const [row] = (await read('webhook_logs?limit=1')) as object[]
      assert.ok(!Object.hasOwn(row!, 'codes'))
      const [both] = (await read('webhook_alerts?select=*,codes&limit=1')) as object[]
      assert.equal(both, undefined)
      const { status } = await fixture.ask('PATCH', 'webhook_configurations?name=eq.a', {
        body: { codes: {} },
      })
      assert.equal(status, 400)
    })

    it('the database reads every text that rows may have as the program does', async () => {
      const samples = STORED_TEXTS.map(({ pattern }) =>
        pattern
          .replaceAll(String.raw`(\d+)`, '7')
          .replaceAll(String.raw`([\s\S]*?)`, 'the endpoint returned 404')
          .replaceAll(/\\(.)/g, '$1'),
      )
      const { rows } = await fixture.database.query<{ said: string; message: string | null }>(
        `select said, webhooks_internal.read_message(said, 0)::text as message
         from json_array_elements_text($1) as said`,
        [JSON.stringify(samples)],
      )
      assert.equal(rows.length, samples.length)
      for (const { said, message } of rows) {
        assert.deepEqual(message === null ? undefined : JSON.parse(message), readMessage(said), said)
      }
    })
  })
}
