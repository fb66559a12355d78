/** Whether this is `npm run test:full`: each test on each engine, the heavy files, and chaos that lasts longer. */
export const IS_FULL = process.env['TEST_FULL'] !== undefined

/** Of a test that costs more than it tells, in a file whose other tests are for each run. */
export const HEAVY = { skip: IS_FULL ? false : 'heavy: runs in npm run test:full' }
