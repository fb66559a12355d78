/**
 * Runs before a transform, in the same interpreter. The clock stands still at the event's time, local time is UTC, and random
 * numbers follow from the event, so that every attempt makes the same bytes. What a transform does to `JSON` does not change how
 * its result is written.
 */
export const PRELUDE = `(() => {
  'use strict'
  const { parse, stringify } = JSON
  const start = (now, seed) => {
    const RealDate = Date
    const { UTC } = RealDate
    const create = (given, target) => {
      if (given.length === 0) return Reflect.construct(RealDate, [now], target)
      if (given.length > 1) return Reflect.construct(RealDate, [UTC(...given)], target)
      return Reflect.construct(RealDate, given, target)
    }
    const FixedDate = new Proxy(RealDate, {
      construct: (_, given, target) => create(given, target),
      apply: () => new RealDate(now).toUTCString(),
    })
    RealDate.now = () => now
    RealDate.prototype.constructor = FixedDate
    for (const part of ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds', 'Day'])
      for (const verb of ['get', 'set']) {
        const utc = RealDate.prototype[verb + 'UTC' + part]
        if (utc !== undefined) RealDate.prototype[verb + part] = utc
      }
    RealDate.prototype.getTimezoneOffset = () => 0
    RealDate.prototype.toString = RealDate.prototype.toUTCString
    globalThis.Date = FixedDate
    let state = seed >>> 0
    Math.random = () => {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
    }
    for (const name of ['performance', 'WeakRef', 'FinalizationRegistry']) delete globalThis[name]
  }
  return { parse: (text) => parse(text), stringify: (value) => stringify(value), start }
})()`
