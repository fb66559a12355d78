import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createSecretBox, secretHint } from './secret-box.ts'

test('a sealed value opens in its own context', () => {
  const box = createSecretBox([randomBytes(32)])
  assert.equal(box.open(box.seal('your-secret-key ✓', 'row-1'), 'row-1'), 'your-secret-key ✓')
})

test('a sealed value moved to another row does not open', () => {
  const box = createSecretBox([randomBytes(32)])
  assert.throws(() => box.open(box.seal('your-secret-key', 'row-1'), 'row-2'))
})

test('a sealed value with a changed byte does not open', () => {
  const box = createSecretBox([randomBytes(32)])
  const sealed = box.seal('your-secret-key', 'row-1')
  const at = sealed.length - 10
  const other = sealed[at] === 'A' ? 'B' : 'A'
  assert.throws(() => box.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'row-1'))
})

test('a key that is no longer the first still opens the values that it sealed', () => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)]
  const sealed = createSecretBox([old]).seal('your-secret-key', 'row-1')
  assert.equal(createSecretBox([fresh, old]).open(sealed, 'row-1'), 'your-secret-key')
  assert.throws(() => createSecretBox([fresh]).open(sealed, 'row-1'), /not in ENCRYPTION_KEYS/)
})

test('sealing a value twice gives two different texts', () => {
  const box = createSecretBox([randomBytes(32)])
  assert.notEqual(box.seal('same', 'row'), box.seal('same', 'row'))
})

test('a hint shows four characters of a long secret and two of a short one', () => {
  assert.equal(secretHint('your-secret-key'), '…ey')
  assert.equal(secretHint('a-much-longer-secret'), '…cret')
})
