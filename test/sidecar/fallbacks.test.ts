import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { Scene, type Work } from './scene.ts'

/** `Look` fails, everything else works. */
const sick: Work = async (method) => {
  if (method === 'Look') throw Object.assign(new Error('broken'), { code: status.INTERNAL })
  return { note: `really ${method}` }
}

async function opened(): Promise<Scene> {
  const scene = await Scene.set(sick)
  for (let index = 0; index < 4; index++) await scene.caller.call('Look', { count: 1 })
  return scene
}

test('when the breaker opens the rule answers, and says so', async () => {
  await using scene = await opened()
  const answer = await scene.caller.call('Look', { count: 1 })

  expect(answer).toMatchObject({ code: status.OK, note: 'remembered' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=from-memory; reason=breaker_open')
  expect(answer.trailers.get('spillway-origin')).toBe('stock')
  expect(scene.app.calls).toHaveLength(4)
})

test('a rule may send the call to a cheaper method; the answer is its own, marked', async () => {
  await using scene = await opened()
  const answer = await scene.caller.call('Look', { count: 50 })

  expect(answer).toMatchObject({ code: status.OK, note: 'really Guess' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=rough; reason=breaker_open')
  expect(scene.app.calls.at(-1)).toBe('Guess')
})

test('an unreachable app is answered by the rule that answers for it', async () => {
  await using scene = await Scene.set(sick)
  scene.app.close()
  const answer = await scene.caller.call('Look', { count: 1 })

  expect(answer).toMatchObject({ code: status.OK, note: 'remembered' })
  expect(answer.headers.get('spillway-fallback')).toBe('rule=from-memory; reason=unreachable')
})

test('when the cheaper method cannot be reached either, the first refusal stands', async () => {
  await using scene = await Scene.set(sick)
  scene.app.close()
  const answer = await scene.caller.call('Look', { count: 50 })

  expect(answer).toMatchObject({ code: status.UNAVAILABLE, details: 'the upstream cannot be reached' })
})

test('an error of the app itself is never replaced', async () => {
  await using scene = await Scene.set(sick)

  expect((await scene.caller.call('Look', { count: 1 })).code).toBe(status.INTERNAL)
})
