import { testClient } from './harness/foreign-clients.ts'

testClient('python', 'Python')
