import { testClient } from './harness/foreign-clients.ts'

testClient('go', 'Go')
