import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ENGINES, openMigrated } from '../../../test/harness/databases.ts'
import { readCatalog } from './schema-cache.ts'
import type { Catalog } from './schema.ts'

for (const engine of ENGINES) {
  describe(`schema cache (${engine})`, () => {
    let catalog: Catalog
    let close: () => Promise<void>

    before(async () => {
      const opened = await openMigrated(engine)
      close = async () => await opened.close()
      catalog = await readCatalog(opened.database)
    })
    after(async () => await close())

    it('the schema cache contains only relations that are granted', () => {
      assert.ok(catalog.relations.has('webhook_logs'))
      assert.ok(catalog.relations.has('contacts'))
      assert.ok(!catalog.relations.has('schema_migrations'))
      assert.ok(!catalog.relations.has('attempts'))
    })

    it('the schema cache contains the privileges of each role on each column', () => {
      const secret = catalog.relations.get('webhook_configurations')?.columns.get('secret')
      assert.deepEqual(secret?.privileges.webhooks_api, { select: false, insert: true, update: true })
      const organizations = catalog.relations.get('organizations')
      assert.equal(organizations?.columns.get('id')?.privileges.webhooks_api.select, false)
      assert.equal(organizations?.columns.get('id')?.privileges.webhooks_service.select, true)
      assert.deepEqual(organizations?.deletableBy, ['webhooks_service'])
    })

    it('the schema cache contains keys and references from constraints and from comments', () => {
      assert.deepEqual(catalog.relations.get('webhook_logs')?.primaryKey, ['id'])
      const found = catalog.relationships.map(
        ({ from, columns, to, references, cardinality }) =>
          `${from.name}.${columns.join()} ${to.name}.${references.join()} ${cardinality}`,
      )
      assert.ok(found.includes('deals.contact_id contacts.id many-to-one'))
      assert.ok(found.includes('webhook_configurations.organization_id organizations.id many-to-one'))
      assert.ok(found.includes('webhook_logs.delivery_id webhook_deliveries.id many-to-one'))
      assert.ok(found.includes('webhook_deliveries.id webhook_logs.delivery_id one-to-many'))
    })
  })
}
