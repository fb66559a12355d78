import type { ReadablePost } from './readable-post.ts'

const MAX_ROWS = 1_000
const MAX_BYTES = 4 * 1024 * 1024

type Sized = Pick<ReadablePost, 'rowCount' | 'text'>

/** Stores posts together. What it resolves to, or rejects with, is the outcome of each. */
export type StoreGroup<Post, Outcome> = (posts: readonly Post[]) => Promise<Outcome>

interface Waiting<Post, Outcome> {
  post: Post
  resolve(outcome: Outcome): void
  reject(error: unknown): void
}

/** @param key posts with the same key can be stored together */
export type EnqueuePost<Post, Outcome> = (key: string, post: Post) => Promise<Outcome>

/**
 * Groups posts that arrive while others with the same key are stored: they are stored together next, in the order of arrival. A
 * single post is stored at once.
 * @param failsWaiting tells whether the posts that wait behind a group fail with its error, because another try would take as long
 */
export function createPostGroups<Post extends Sized, Outcome>(
  store: StoreGroup<Post, Outcome>,
  failsWaiting: (error: unknown) => boolean = () => false,
): EnqueuePost<Post, Outcome> {
  const queues = new Map<string, Waiting<Post, Outcome>[]>()

  async function storeNext(queue: Waiting<Post, Outcome>[]): Promise<void> {
    const group = takeGroup(queue)
    try {
      const outcome = await store(group.map(({ post }) => post))
      for (const { resolve } of group) resolve(outcome)
    } catch (error) {
      const failed = failsWaiting(error) ? [...group, ...queue.splice(0)] : group
      for (const { reject } of failed) reject(error)
    }
  }

  async function drain(key: string, queue: Waiting<Post, Outcome>[]): Promise<void> {
    // Lets posts of the same turn of the event loop join.
    await new Promise((resolve) => setImmediate(resolve))
    while (queue.length > 0) await storeNext(queue)
    queues.delete(key)
  }

  return (key, post) =>
    new Promise((resolve, reject) => {
      const waiting = { post, resolve, reject }
      const queue = queues.get(key) ?? []
      queue.push(waiting)
      if (queues.has(key)) return
      queues.set(key, queue)
      void drain(key, queue)
    })
}

function takeGroup<Post extends Sized, Outcome>(waiting: Waiting<Post, Outcome>[]): Waiting<Post, Outcome>[] {
  let [rows, bytes, count] = [0, 0, 0]
  for (const { post } of waiting) {
    rows += post.rowCount
    bytes += post.text.length
    if (count > 0 && (rows > MAX_ROWS || bytes > MAX_BYTES)) break
    count += 1
  }
  return waiting.splice(0, count)
}
