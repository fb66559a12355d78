/** Whether this is `npm run test:full`: each test on each engine, the heavy files, and chaos that lasts longer. */
export const IS_FULL = process.env['TEST_FULL'] !== undefined
