import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { signBody, signStandard } from './sign.ts'

interface Vector {
  name: string
  secret: string
  id: string
  timestamp_unix: number
  body: string
  x_webhook_signature: string
  webhook_signature: string
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../receiver/test/signatures.json', import.meta.url), 'utf8'),
) as Vector[]

for (const vector of vectors) {
  test(`both signatures match the vector "${vector.name}"`, () => {
    const body = Buffer.from(vector.body)
    assert.equal(signBody([vector.secret], body), vector.x_webhook_signature)
    assert.equal(
      signStandard([vector.secret], vector.id, vector.timestamp_unix, body),
      vector.webhook_signature,
    )
  })
}

test('a body is signed with both secrets during a rotation, the current one first', () => {
  const body = Buffer.from('{}')
  const [first, second] = ['secret-one', 'secret-two']
  assert.equal(signBody([first, second], body), `${signBody([first], body)}, ${signBody([second], body)}`)
  assert.equal(
    signStandard([first, second], 'id', 1, body),
    `${signStandard([first], 'id', 1, body)} ${signStandard([second], 'id', 1, body)}`,
  )
})
