import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { ENGINES } from './harness/databases.ts'
import type { OtherCrm } from './harness/other-crm.ts'
import { openOtherCrm } from './harness/other-crm.ts'

/** Each tenant numbers its messages from 1. */
const NUMBERED_CRM = `
  create schema crm;
  create table crm.message (
    tenant uuid not null, number bigint not null, way text not null default 'outbound',
    state text not null default 'queued', primary key (tenant, number));
`
const MAP = {
  message: {
    table: 'crm.message',
    organization: { column: 'tenant' },
    columns: { id: 'number', direction: 'way', status: 'state' },
  },
}

suite('CRM with message numbers per tenant', { skip: !ENGINES.includes('postgresql') }, () => {
  let crm: OtherCrm
  before(async () => {
    crm = await openOtherCrm(NUMBERED_CRM)
    assert.equal((await crm.install(MAP)).code, 0)
  })
  after(() => crm.close())

  test('messages with the same number in two tenants both emit each of their statuses', async () => {
    const tenants = [randomUUID(), randomUUID()]
    const events = await crm.eventsOf(async () => {
      for (const tenant of tenants) {
        await crm.database.query('insert into crm.message (tenant, number) values ($1, 1)', [tenant])
        for (const state of ['sent', 'queued', 'sent', 'delivered']) {
          await crm.database.query('update crm.message set state = $1 where tenant = $2', [state, tenant])
        }
      }
    })
    assert.deepEqual(
      events.map(({ event, organization_id }) => [event, organization_id]),
      tenants.flatMap((tenant) => [
        ['message.sent', tenant],
        ['message.delivered', tenant],
      ]),
    )
  })
})
