import { testClient } from './harness/foreign-clients.ts'

testClient('rust', 'Rust')
